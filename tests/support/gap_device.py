"""A device that cannot multiply experts of one type, or lacks an operation: the CPU under another name.

Backends have such gaps, but none of those that run everywhere. ggml keeps what is registered until the process ends,
so it is to be done in a child.
"""

from __future__ import annotations

import ctypes
from typing import Any

import llama_cpp.llama_cpp as llama
from gguf import GGMLQuantizationType as Type

from engine.local.native.tensors import GgmlTensor

NAME = "GAPS"
# struct ggml_backend_device (ggml-backend-impl.h): 15 functions, then registry and context.
_WORDS = 17
_GET_NAME, _SUPPORTS_OP = 0, 9
_PRODUCT = "MUL_MAT_ID"

_kept: list[Any] = []


def register(missing: str) -> None:
    """The device `NAME` from now on; it says no to an operation of this name, or to products with experts of this
    type."""
    library = llama._lib
    find, name_of, add = (
        getattr(library, f"ggml_{name}")
        for name in ("backend_dev_by_name", "op_name", "backend_device_register")
    )
    find.restype, find.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    name_of.restype, name_of.argtypes = ctypes.c_char_p, [ctypes.c_int]
    add.restype, add.argtypes = None, [ctypes.c_void_p]
    original = find(b"CPU")
    words = (ctypes.c_void_p * _WORDS).from_address(original)
    copy = (ctypes.c_void_p * _WORDS)(*words)

    @ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)
    def get_name(_: int) -> int:
        return ctypes.addressof(text)

    supports = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)
    as_before = supports(words[_SUPPORTS_OP])

    @supports
    def supports_op(_: int, node: int) -> bool:
        operation = GgmlTensor.from_address(node)
        name = name_of(operation.op).decode()
        if name == _PRODUCT:
            name = Type(GgmlTensor.from_address(operation.src[0]).type).name
        return name != missing and bool(as_before(original, node))

    text = ctypes.create_string_buffer(NAME.encode())
    copy[_GET_NAME] = ctypes.cast(get_name, ctypes.c_void_p)
    copy[_SUPPORTS_OP] = ctypes.cast(supports_op, ctypes.c_void_p)
    _kept.extend((get_name, supports_op, as_before, text, copy))
    add(ctypes.addressof(copy))
