"""A device that cannot multiply experts of one type, or lacks an operation: the CPU, registered a second time under a name of its own.

Backends have such gaps, but none of those that run everywhere. ggml keeps what is registered until the process ends,
so this is done in a process of its own: `python -m tests.support.gap_device MODEL MISSING` prints, as JSON, what a
cache on that device did.
"""

from __future__ import annotations

import ctypes
import json
import sys
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as llama
from gguf import GGMLQuantizationType as Type

from engine.local.native.tensors import GgmlTensor
from tests.support.expert_logits import CacheWish, difference, random_course, running

NAME = "GAPS"
# struct ggml_backend_device (ggml-backend-impl.h): functions, then registry and context.
_FUNCTIONS, _WORDS = 15, 17
_GET_NAME, _SUPPORTS_OP = 0, 9
_PRODUCT = "MUL_MAT_ID"

_kept: list[Any] = []


def register(missing: str) -> None:
    """The device `NAME` from now on; it says no to an operation of this name, or to products with experts of this
    type."""
    library = llama._lib
    find, name_of, add = (
        getattr(library, f"ggml_{name}") for name in ("backend_dev_by_name", "op_name", "backend_device_register")
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


def main(path: Path, missing: str) -> None:
    course = random_course(12, 4, 2)
    with running(path) as plain:
        expected = plain.logits(course)
    register(missing)
    with running(path, CacheWish(slots=4, device=NAME)) as cached:
        found = cached.logits(course)
        counters = cached.counters
    told = {
        "served": cached.layers,
        "kept_out": cached.kept_out,
        "difference": difference(expected, found),
        "counters": counters._asdict(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
