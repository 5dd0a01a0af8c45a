"""llama_decode, and aborting it."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence

import llama_cpp.llama_cpp as llama


class AbortFlag:
    """Aborts llama_decode from any thread, without the interpreter's lock.

    The callback is the C library's own `strlen` over a two-byte buffer: zero while the buffer is empty, one
    (true) after `set`. A Python callback would take the lock at every node of the graph.
    """

    def __init__(self) -> None:
        self._buffer = ctypes.create_string_buffer(2)
        library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
        self.callback = ctypes.cast(library.strlen, llama.ggml_abort_callback)
        self.data = ctypes.cast(self._buffer, ctypes.c_void_p)

    def set(self) -> None:
        self._buffer[0] = b"x"

    def clear(self) -> None:
        self._buffer[0] = b"\0"

    @property
    def is_set(self) -> bool:
        return bool(self._buffer[0] != b"\0")


def decode(context: int, tokens: Sequence[int]) -> int:
    """Run `tokens` after what the context holds. 0 done, 1 no room, 2 aborted, negative: failed."""
    array = (llama.llama_token * len(tokens))(*tokens)
    return int(llama.llama_decode(context, llama.llama_batch_get_one(array, len(tokens))))


def synchronize(context: int) -> None:
    """Wait for the device: `decode` returns before it is done."""
    llama.llama_synchronize(context)
