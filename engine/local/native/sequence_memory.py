"""What the memory of a context holds of each of its sequences, and how it is cut, copied, taken out and put back."""

from __future__ import annotations

import ctypes

import llama_cpp.llama_cpp as llama

# llama.h, LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY: what cannot step back (recurrent state, sliding windows), alone.
_WHOLE, _PARTIAL = 0, 1


def forget_from(context: int, position: int, sequence: int = 0) -> bool:
    """Drop everything from `position` on; False when this kind of memory cannot (then nothing changed)."""
    return bool(llama.llama_memory_seq_rm(llama.llama_get_memory(context), sequence, position, -1))


def forget_sequence(context: int, sequence: int) -> None:
    llama.llama_memory_seq_rm(llama.llama_get_memory(context), sequence, -1, -1)


def forget_all(context: int) -> None:
    llama.llama_memory_clear(llama.llama_get_memory(context), True)


def copy_sequence(context: int, source: int, target: int, length: int) -> None:
    """Let `target`, which is empty, hold the first `length` tokens of `source` too. Attention's cells are shared."""
    llama.llama_memory_seq_cp(llama.llama_get_memory(context), source, target, 0, length)


def length_of(context: int, sequence: int) -> int:
    """How many tokens from the first on the memory holds of a sequence."""
    return int(llama.llama_memory_seq_pos_max(llama.llama_get_memory(context), sequence)) + 1


def first_of(context: int, sequence: int) -> int:
    """The first position of which the memory holds all that it ever keeps: from there on nothing is missing."""
    return int(llama.llama_memory_seq_pos_min(llama.llama_get_memory(context), sequence))


def state_size(context: int, sequence: int, *, partial: bool = False) -> int:
    """Bytes of what `read_state` gives."""
    return int(llama.llama_state_seq_get_size_ext(context, sequence, _PARTIAL if partial else _WHOLE))


def read_state(context: int, sequence: int, *, partial: bool = False) -> bytearray:
    """A copy of what the memory holds of a sequence; empty where it could not be had."""
    size = state_size(context, sequence, partial=partial)
    data = bytearray(size)
    if not size:
        return data
    buffer = (ctypes.c_uint8 * size).from_buffer(data)
    flags = _PARTIAL if partial else _WHOLE
    written = int(llama.llama_state_seq_get_data_ext(context, buffer, size, sequence, flags))
    del buffer
    del data[written:]
    return data


def write_state(
    context: int, sequence: int, data: bytes | bytearray | memoryview, *, partial: bool = False
) -> bool:
    """Put back what `read_state` gave, in the place of what the sequence held; False where it has no room or is not
    one of this context: then the sequence is to be forgotten."""
    size = len(data)
    writable = not memoryview(data).readonly
    buffer: ctypes.Array[ctypes.c_uint8]
    buffer = (
        (ctypes.c_uint8 * size).from_buffer(data)
        if writable
        else (ctypes.c_uint8 * size).from_buffer_copy(data)
    )
    flags = _PARTIAL if partial else _WHOLE
    read = int(llama.llama_state_seq_set_data_ext(context, buffer, size, sequence, flags))
    del buffer
    return read > 0
