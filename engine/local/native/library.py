"""The native library: its handle, version check and log.

ggml's own symbols are taken from llama-cpp-python's one handle, because wheels hold second copies of the
libraries whose statics differ.
"""

from __future__ import annotations

import ctypes
import functools
import re
import sys
from collections import deque
from importlib.util import module_from_spec
from pathlib import Path
from typing import Any

from engine import llama_package
from engine.errors import UserError

# The package itself would import its high-level classes, which nobody here uses and which take longer than all of the
# bindings.
_package = llama_package.found()
if _package is not None:
    sys.modules.setdefault(llama_package.NAME, module_from_spec(_package))

import llama_cpp.llama_cpp as llama  # noqa: E402

PINNED_VERSION = "0.3.36"
# ggml.h: sizeof(struct ggml_object) + sizeof(struct ggml_tensor), the latter 336 bytes in this version.
_TENSOR_OVERHEAD = 32 + 336
LOG_LINES = 200

# enum ggml_log_level.
_DEBUG, _CONTINUES = 1, 5

_log: deque[str] = deque(maxlen=LOG_LINES)
_continued = False


def check_version() -> None:
    """Refuse any llama.cpp but the one whose structs this module knows.

    The defaults of the two parameter structs are known values at both ends of each struct, so a field that
    moved shows. Raises UserError `engine.wrong_library`.
    """
    found = llama_package.version()
    if found != PINNED_VERSION:
        raise UserError("engine.wrong_library", found=found, wanted=PINNED_VERSION)
    model, context = llama.llama_model_default_params(), llama.llama_context_default_params()
    layout_as_known = (
        model.n_gpu_layers == -1
        and model.load_mode == -1
        and bool(model.use_extra_bufts)
        and not model.no_alloc
        and context.n_ubatch == 512
        and context.flash_attn_type == -1
        and bool(context.op_offload)
        and bool(context.swa_full)
        and ggml("ggml_tensor_overhead", ctypes.c_size_t)() == _TENSOR_OVERHEAD
    )
    if not layout_as_known:
        raise UserError("engine.wrong_library", found=f"{found} (layout)", wanted=PINNED_VERSION)


@llama.llama_log_callback  # type: ignore[untyped-decorator]
def _on_log(level: int, text: bytes, _: Any) -> None:
    global _continued
    if level != _CONTINUES:
        _continued = level != _DEBUG  # thousands of lines that would push out what matters
    if not _continued:
        return
    line = text.decode("utf-8", "replace").rstrip("\n")
    if level == _CONTINUES and _log:
        _log[-1] += line
    elif line.strip(". "):
        _log.append(line)


def capture_log() -> None:
    """Send llama.cpp's log to `log_tail`."""
    llama.llama_log_set(_on_log, ctypes.c_void_p(0))


def initialize() -> None:
    """Initialize llama.cpp, once; what computes must be loaded."""
    llama.llama_backend_init()


def path() -> Path:
    """The file of llama.cpp's library."""
    return Path(llama._lib._name)


def folder() -> Path:
    """Where the engine's own libraries lie."""
    return path().parent


def paths() -> tuple[Path, ...]:
    """The files that have ggml's functions, llama.cpp's first. A symbol is found in what a library depends on, too,
    but on Windows in that library alone."""
    if sys.platform != "win32":
        return (path(),)
    return (path(), *(folder() / f"{name}.dll" for name in ("ggml", "ggml-base")))


@functools.cache
def _libraries() -> tuple[Any, ...]:
    """Those of `paths`, each loaded once."""
    return (llama._lib, *(ctypes.CDLL(str(file)) for file in paths()[1:]))


def log_tail() -> tuple[str, ...]:
    return tuple(_log)


def clear_log() -> None:
    _log.clear()


def ggml(name: str, result: Any, *arguments: Any) -> Any:
    """A function of ggml or llama.cpp, from the one library handle, with its prototype set."""
    function = loaded_symbol(name)
    if function is None:
        raise AttributeError(name)
    function.restype, function.argtypes = result, list(arguments)
    return function


def has_symbol(name: str) -> bool:
    """Whether the library exports a symbol: C++ names differ between compilers."""
    return loaded_symbol(name) is not None


def loaded_symbol(name: str) -> Any:
    """A function without a prototype, None where no library has it."""
    return next((found for library in _libraries() if (found := getattr(library, name, None))), None)


def text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")


def cpu_features() -> tuple[str, ...]:
    """The CPU features the library uses, in llama.cpp's names: ("AVX2", "FMA", ...)."""
    info = bytes(llama.llama_print_system_info()).decode("utf-8", "replace")
    return tuple(re.findall(r"(\w+) = 1\b", info))


def library_version() -> str:
    return text(llama.llama_version())
