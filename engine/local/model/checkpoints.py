"""Checkpoints: partial copies of a sequence's state, to which it can be rolled back.

A recurrent state stands for all past tokens and a sliding window for the last of them: neither can be
truncated. A copy of both, beside attention's cells, which are kept per token, restores the sequence at the
copy's length. Checkpoints are taken at the ends of turns: follow-ups diverge there when a template drops
earlier reasoning, a message was edited, or only the instructions are shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import psutil

# Of one sequence. More would take memory for hardly any rollback.
MOST = 8
# Fewer tokens than these are recomputed rather than checkpointed.
SPACING = 64
# Within a prompt that is read in one go, ends of turns are so far apart at least.
_FAR = 1024
# So many tokens before the end of a turn, where a step ends anyway, do as well.
_NEAR = 16
# The checkpoints of all sequences take at most so much of what is free once the model is loaded, and so many bytes.
_RAM_SHARE, _RAM_LIMIT = 16, 2 * 2**30


class Checkpoint(NamedTuple):
    """What `read_state(partial=True)` gave when the sequence held its first `length` tokens. Never changed."""

    length: int
    data: bytes | bytearray | memoryview


class Checkpoints:
    """Checkpoints of one sequence, shortest first. `limit`: bytes of all; the newest always stays."""

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
        """Add one longer than all others, evicting as needed."""
        self.cut(checkpoint.length - 1)
        self._held.append(checkpoint)
        while len(self._held) > 1 and (
            len(self._held) > MOST or sum(len(each.data) for each in self._held) > self._limit
        ):
            del self._held[least_missed(self.lengths)]

    def adopt(self, others: Iterable[Checkpoint]) -> None:
        """Replace with the checkpoints of another sequence or of a cached state."""
        self._held = sorted(others, key=lambda each: each.length)

    def longest(self, length: int) -> Checkpoint | None:
        """The longest of at most `length` tokens."""
        return next((each for each in reversed(self._held) if each.length <= length), None)

    def cut(self, length: int) -> None:
        """Drop those longer than `length` tokens."""
        self._held = [each for each in self._held if each.length <= length]


def room() -> int:
    """Bytes for the checkpoints of all sequences of a context."""
    return int(min(psutil.virtual_memory().available // _RAM_SHARE, _RAM_LIMIT))


def least_missed(lengths: Sequence[int]) -> int:
    """The index of the checkpoint to evict: the one that would cost fewest recomputed tokens, weighed by
    how likely a return to it is (less the older it is). The newest stays, and the first while there is
    another, as other conversations may share it."""
    if len(lengths) < 3:
        return 0
    newest = lengths[-1]
    return min(
        range(1, len(lengths) - 1),
        key=lambda number: (lengths[number] - lengths[number - 1]) / (newest - lengths[number]),
    )


def stops(tokens: Sequence[int], held: int, turn: int) -> tuple[int, ...]:
    """Where to take checkpoints while prefilling a prompt of which `held` tokens are in memory: token counts,
    ascending. `turn` is where the answer's turn begins, 0 if unknown.

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
