"""Copies of what cannot be cut in a sequence's memory, taken at places that are worth going back to.

A recurrent state stands for all that was read, and a sliding window for the last of it: neither can be cut anywhere.
A copy of them, beside the tokens of attention that are kept one by one, brings a sequence back to where the copy was
taken. The places are the ends of turns: there a follow-up differs whose template drops earlier reasoning, whose
message was edited, or which shares no more than its instructions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import psutil

# Of one sequence. More would take memory for places that are hardly ever gone back to.
MOST = 8
# Fewer tokens than these are read again rather than a copy taken for them.
SPACING = 64
# Within a prompt that is read in one go, ends of turns are so far apart at least.
_FAR = 1024
# So many tokens before the end of a turn, where a step ends anyway, are as good a place.
_NEAR = 16
# The checkpoints of all sequences take at most so much of what is free once the model is loaded, and so many bytes.
_RAM_SHARE, _RAM_LIMIT = 16, 2 * 2**30


class Checkpoint(NamedTuple):
    """What `read_state(partial=True)` gave when the sequence held its first `length` tokens. Never changed."""

    length: int
    data: bytes | bytearray | memoryview


class Checkpoints:
    """Those of one sequence, the shortest first. `limit`: bytes of all together; the newest is kept in any case."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: list[Checkpoint] = []

    @property
    def lengths(self) -> tuple[int, ...]:
        return tuple(each.length for each in self._held)

    @property
    def all(self) -> tuple[Checkpoint, ...]:
        return tuple(self._held)

    def add(self, checkpoint: Checkpoint) -> None:
        """Take one that is longer than all others. Where they become too many, those go that are missed least."""
        self.cut(checkpoint.length - 1)
        self._held.append(checkpoint)
        while len(self._held) > 1 and (
            len(self._held) > MOST or sum(len(each.data) for each in self._held) > self._limit
        ):
            del self._held[least_missed(self.lengths)]

    def adopt(self, others: Iterable[Checkpoint]) -> None:
        """Hold those of another sequence, or of a kept state, instead of its own."""
        self._held = sorted(others, key=lambda each: each.length)

    def longest(self, length: int) -> Checkpoint | None:
        """The one that holds most, but no more than `length` tokens."""
        return next((each for each in reversed(self._held) if each.length <= length), None)

    def cut(self, length: int) -> None:
        """Drop those that hold more than `length` tokens, which are not the sequence's any more."""
        self._held = [each for each in self._held if each.length <= length]


def room() -> int:
    """Bytes for the checkpoints of all sequences of a context."""
    return int(min(psutil.virtual_memory().available // _RAM_SHARE, _RAM_LIMIT))


def least_missed(lengths: Sequence[int]) -> int:
    """The number of the checkpoint without which fewest tokens are to be read again, weighed by how likely it is to
    be gone back to: the farther behind the newest, the less. The newest stays, and the first, which other
    conversations may share, as long as there is another.
    """
    if len(lengths) < 3:
        return 0
    newest = lengths[-1]
    return min(
        range(1, len(lengths) - 1),
        key=lambda number: (lengths[number] - lengths[number - 1]) / (newest - lengths[number]),
    )


def stops(tokens: Sequence[int], held: int, turn: int) -> tuple[int, ...]:
    """Where to take checkpoints while a prompt is read that holds `held` tokens already: at numbers of tokens, in
    order. `turn` is where the answer's turn begins, 0 where that is not known.

    Turns begin with the same token as the answer's. Wanted are the end of the instructions, where the last message
    begins, and where the answer's turn begins; in between a few, far apart.
    """
    if not 0 < turn < len(tokens):
        return (held,) if held >= SPACING else ()
    opening = tokens[turn]
    turns = [number for number in range(SPACING, turn + 1) if tokens[number] == opening]
    wanted = {*turns[:1], *turns[-2:], turn}
    last = max((number for number in wanted if number <= held), default=0)
    for number in turns:
        if number >= last + _FAR and number <= turn - _FAR and number > held:
            wanted.add(number)
            last = number
    found = sorted(number for number in wanted if number > held + _NEAR and number >= SPACING)
    if held >= SPACING:
        found.insert(0, held)
    return tuple(found[:1] + found[1:][-(MOST - 1) :])
