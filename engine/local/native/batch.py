"""The batch of one step: tokens of several sequences with their positions."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import llama_cpp.llama_cpp as llama

# llama-cpp-python brings numpy: hundreds of rows cannot be filled in one by one in time.
import numpy as np
import numpy.typing as npt


class Batch:
    """At most `capacity` rows, each a token of one sequence (llama.h, struct llama_batch); reused for each
    step."""

    def __init__(self, capacity: int) -> None:
        self._tokens = np.zeros(capacity, np.int32)
        self._places = np.zeros(capacity, np.int32)
        self._sequences = np.zeros(capacity, np.int32)
        self._drawn = np.zeros(capacity, np.int8)
        # One sequence for each row: the pointers to them never change.
        self._counts = np.ones(capacity, np.int32)
        step = self._sequences.itemsize
        self._pointers = self._sequences.ctypes.data + step * np.arange(capacity, dtype=np.uintp)
        self._native = llama.llama_batch(
            0,
            _pointer(self._tokens, llama.llama_token),
            None,
            _pointer(self._places, llama.llama_pos),
            _pointer(self._counts, ctypes.c_int32),
            ctypes.cast(self._pointers.ctypes.data, ctypes.POINTER(ctypes.POINTER(llama.llama_seq_id))),
            _pointer(self._drawn, ctypes.c_int8),
        )
        self.capacity = capacity
        self.rows = 0

    @property
    def room(self) -> int:
        return self.capacity - self.rows

    def clear(self) -> None:
        self.rows = 0

    def add(self, sequence: int, tokens: Sequence[int], place: int, drawn: int) -> int:
        """Add tokens of a sequence from position `place` on, with logits for the last `drawn`. Returns the
        first row."""
        first, count = self.rows, len(tokens)
        end = self.rows = first + count
        if count == 1:
            self._tokens[first], self._places[first] = tokens[0], place
            self._sequences[first], self._drawn[first] = sequence, drawn
            return first
        self._tokens[first:end] = tokens
        self._places[first:end] = range(place, place + count)
        self._sequences[first:end] = sequence
        self._drawn[first:end] = 0
        self._drawn[end - drawn : end] = 1
        return first

    def decode(self, context: int) -> int:
        """Run the rows. 0 done, 1 no room, 2 aborted, negative: failed."""
        self._native.n_tokens = self.rows
        return int(llama.llama_decode(context, self._native))


def decode_rows(
    context: int, sequence: int, rows: npt.NDArray[np.float32], places: npt.NDArray[np.int32], *, drawn: bool
) -> int:
    """Run rows of embeddings at these positions (one or four for each), with logits for the last if `drawn`. A step
    holds tokens or embeddings, never both. Returns as `Batch.decode`."""
    count = len(rows)
    rows, places = np.ascontiguousarray(rows), np.ascontiguousarray(places)
    sequences, counts = np.full(count, sequence, np.int32), np.ones(count, np.int32)
    pointers = np.full(count, sequences.ctypes.data, np.uintp)
    outputs = np.zeros(count, np.int8)
    outputs[-1] = drawn
    native = llama.llama_batch(
        count,
        None,
        _pointer(rows, ctypes.c_float),
        _pointer(places, llama.llama_pos),
        _pointer(counts, ctypes.c_int32),
        ctypes.cast(pointers.ctypes.data, ctypes.POINTER(ctypes.POINTER(llama.llama_seq_id))),
        _pointer(outputs, ctypes.c_int8),
    )
    return int(llama.llama_decode(context, native))


def see_each_other(context: int, on: bool) -> None:
    """Whether all rows of a step see each other, or each only those before it."""
    llama.llama_set_causal_attn(context, not on)


def _pointer(array: np.ndarray[Any, Any], kind: Any) -> Any:
    return array.ctypes.data_as(ctypes.POINTER(kind))
