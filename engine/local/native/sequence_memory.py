"""The memory of a context by sequence: truncate, copy, serialize, restore."""

from __future__ import annotations

import ctypes
import sys

import llama_cpp.llama_cpp as llama

# llama.h, LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY: what cannot step back (recurrent state, sliding windows), alone.
_WHOLE, _PARTIAL = 0, 1
# llama_context::state_seq_get_data, llama_kv_cache::state_write: behind a mark and the sequence's number comes the
# number of streams, and for each of them how many cells it has and what is in these; only the sequence's has any.
_HEAD, _COUNT = 8, 4
_ONE_STREAM = (1).to_bytes(_COUNT, sys.byteorder)


def forget_from(context: int, position: int, sequence: int = 0) -> bool:
    """Drop everything from `position` on; False, with nothing changed, where the memory cannot."""
    return bool(llama.llama_memory_seq_rm(llama.llama_get_memory(context), sequence, position, -1))


def forget_sequence(context: int, sequence: int) -> None:
    llama.llama_memory_seq_rm(llama.llama_get_memory(context), sequence, -1, -1)


def forget_all(context: int) -> None:
    llama.llama_memory_clear(llama.llama_get_memory(context), True)


def copy_sequence(context: int, source: int, target: int, length: int) -> None:
    """Share the first `length` tokens of `source` with the empty sequence `target`; attention's cells are
    shared."""
    llama.llama_memory_seq_cp(llama.llama_get_memory(context), source, target, 0, length)


def length_of(context: int, sequence: int) -> int:
    """The tokens that the memory holds of a sequence."""
    return int(llama.llama_memory_seq_pos_max(llama.llama_get_memory(context), sequence)) + 1


def first_of(context: int, sequence: int) -> int:
    """The first position from which on nothing is missing."""
    return int(llama.llama_memory_seq_pos_min(llama.llama_get_memory(context), sequence))


def state_size(context: int, sequence: int, *, partial: bool = False) -> int:
    """Bytes that `read_state` returns."""
    return int(llama.llama_state_seq_get_size_ext(context, sequence, _PARTIAL if partial else _WHOLE))


def is_plain(context: int, sequence: int) -> bool:
    """Whether what an empty sequence's memory will hold are cells of one kind: keys and values."""
    return state_size(context, sequence) == _HEAD + 2 * _COUNT


def read_state(context: int, sequence: int, *, partial: bool = False, streams: int = 1) -> bytearray:
    """Serialize a sequence's state, in the same form however many `streams` the context's cells are divided into;
    empty on failure."""
    size = state_size(context, sequence, partial=partial)
    data = bytearray(size)
    if not size:
        return data
    buffer = (ctypes.c_uint8 * size).from_buffer(data)
    flags = _PARTIAL if partial else _WHOLE
    written = int(llama.llama_state_seq_get_data_ext(context, buffer, size, sequence, flags))
    del buffer
    del data[written:]
    if streams > 1 and data:
        del data[len(data) - _COUNT * (streams - 1 - sequence) :]
        data[_HEAD : _HEAD + _COUNT * (1 + sequence)] = _ONE_STREAM
    return data


def write_state(
    context: int,
    sequence: int,
    data: bytes | bytearray | memoryview,
    *,
    partial: bool = False,
    streams: int = 1,
) -> bool:
    """Replace a sequence's state with one of `read_state`; False if it does not fit or is another
    context's: the sequence must then be cleared."""
    if streams > 1:
        count = streams.to_bytes(_COUNT, sys.byteorder)
        before, behind = bytes(_COUNT * sequence), bytes(_COUNT * (streams - 1 - sequence))
        given = memoryview(data)
        data = bytearray().join((given[:_HEAD], count, before, given[_HEAD + _COUNT :], behind))
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
