"""Memory for graphs that are made here, to be timed or to be asked about."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from engine.local.native.library import ggml

_Pointer, _Size = ctypes.c_void_p, ctypes.c_size_t


class _InitParams(ctypes.Structure):
    """struct ggml_init_params (ggml.h)."""

    _fields_ = (("mem_size", _Size), ("mem_buffer", _Pointer), ("no_alloc", ctypes.c_bool))


@contextmanager
def graph_memory() -> Iterator[int]:
    """A ggml_context for the metadata of a few tensors and one graph, without the memory of their contents."""
    context = ggml("ggml_init", _Pointer, _InitParams)(_InitParams(2**20, None, True))
    try:
        yield context
    finally:
        ggml("ggml_free", None, _Pointer)(context)


def give_memory(undo: ExitStack, context: int, backend: int) -> int:
    """Memory of a backend for the tensors of a context, cleared, until `undo` ends; 0 where there is none."""
    buffer = ggml("ggml_backend_alloc_ctx_tensors", _Pointer, _Pointer, _Pointer)(context, backend)
    if not buffer:
        return 0
    undo.callback(ggml("ggml_backend_buffer_free", None, _Pointer), buffer)
    ggml("ggml_backend_buffer_clear", None, _Pointer, ctypes.c_uint8)(buffer, 0)
    return int(buffer)
