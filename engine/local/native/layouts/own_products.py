"""Our own products of quantised matrices, inside ggml's backend for the processor (`engine/products/native/hook.h`).

They compute with weights as they are in the file, in steps of enough tokens. Without them, or where
something is not as they know it, ggml computes as it does.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import Any

from engine.errors import UserError
from engine.expert_cache.library import check_build, plugin_path
from engine.gguf.ggml_types import TYPE_NUMBERS
from engine.local.native.devices import cpu_device
from engine.local.native.layouts.repack import WIDTH, extra_buffer_types
from engine.local.native.library import loaded_symbol, text
from engine.placement.plan import ProductsHere

# COTERIE_PRODUCTS_INTERFACE.
_INTERFACE = 3
# A function in C++, as compilers for Linux, macOS and MinGW name it; another compiler's library goes without.
_LIST = "_Z39ggml_backend_cpu_get_extra_buffer_typesv"
_NEEDED = (_LIST, "ggml_barrier")

_Pointer = ctypes.c_void_p


class _Backend(ctypes.Structure):
    """struct coterie_products_backend."""

    _fields_ = [(name, _Pointer) for name in ("extra_buffer_types", "barrier", "device")]


_library: ctypes.CDLL | None = None
_state: ProductsHere = ""
_is_used = False
_build = ""


def install_products(processor: Path | None) -> None:
    """Put them into the backend, once, before anything is computed. `processor` is the file of the processor's part
    where that is a library of its own."""
    global _library, _state, _is_used, _build
    if _state:
        return
    found = [_address(name, processor) for name in _NEEDED]
    try:
        library = ctypes.CDLL(str(plugin_path()))
        if library.coterie_products_interface() != _INTERFACE:
            raise UserError("cache.other_build")
        library.coterie_cache_build.restype = ctypes.c_char_p
        check_build(build := text(library.coterie_cache_build()))
    except (UserError, OSError, AttributeError):
        _state = "not_built"
        return
    extra_buffer_types()  # from here on ggml does not ask for them anew: ours stays out of sight
    backend = _Backend(*found, cpu_device())
    if not all(found) or not library.coterie_products_install(ctypes.byref(backend)):
        _state = "not_here"
        return
    library.coterie_products_known.restype = ctypes.c_bool
    library.coterie_products_known.argtypes = [ctypes.c_int, ctypes.c_int64]
    library.coterie_products_computed.restype = ctypes.c_uint64
    library.coterie_attention_pages.restype = None
    library.coterie_attention_pages.argtypes = [ctypes.c_size_t]
    library.coterie_attention_computed.restype = ctypes.c_uint64
    _library, _state, _is_used, _build = library, "used", True, build


def products_here() -> ProductsHere:
    """Whether they are installed in this process."""
    return _state


def products_build() -> str:
    """Which build of them is installed, "" for none."""
    return _build


def use_products(is_used: bool) -> None:
    """For the graphs to come, where they are installed."""
    global _is_used
    if _library is not None:
        _is_used = is_used
        _library.coterie_products_use(int(is_used))


def has_product(type_name: str) -> bool:
    """Whether products with weights of this type can be ours, once they are used."""
    number = TYPE_NUMBERS.get(type_name)
    return _library is not None and number is not None and _library.coterie_products_known(number, WIDTH)


def are_products_used() -> bool:
    return _is_used


def computed_products() -> int:
    """How many were ours since the process began."""
    return int(_library.coterie_products_computed()) if _library is not None else 0


def use_attention(way: int) -> bool:
    """Of the ways of attention that this processor has, best first, one for the graphs to come, or ggml's below 0.
    Whether there is such a one. The best is used unless told otherwise."""
    return _library is not None and bool(_library.coterie_attention_use(way))


def is_attention_ours() -> bool:
    """Whether graphs to come have attention of ours."""
    return _library is not None and bool(_library.coterie_attention_is_used())


def move_cells(page: int) -> None:
    """Keys and values of contexts that are made now move into pages of so many bytes while they are attended to; 0
    for none."""
    if _library is not None:
        _library.coterie_attention_pages(page)


def computed_attention() -> int:
    """How many operations of attention were ours since the process began."""
    return int(_library.coterie_attention_computed()) if _library is not None else 0


def _address(name: str, processor: Path | None) -> int:
    function: Any = None
    if processor is None:
        function = loaded_symbol(name)
    else:
        # The very file that ggml has loaded: no second copy.
        mode = 0 if sys.platform == "win32" else os.RTLD_NOLOAD | os.RTLD_NOW
        try:
            function = getattr(ctypes.CDLL(str(processor), mode=mode), name, None)
        except OSError:
            return 0
    return ctypes.cast(function, _Pointer).value or 0 if function is not None else 0
