"""The batch of one step: tokens of several sequences with their positions."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import llama_cpp.llama_cpp as llama

# llama-cpp-python brings numpy: hundreds of rows cannot be filled in one by one in time.
import numpy as np


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


def _pointer(array: np.ndarray[Any, Any], kind: Any) -> Any:
    return array.ctypes.data_as(ctypes.POINTER(kind))
