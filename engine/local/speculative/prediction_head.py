"""The model's own head for multi-token prediction: guesses the token after the next one from the model's hidden rows.

The head has a memory of one sequence. It follows all of them by their hidden rows, and reads those of one only when
it is asked for a guess: what a kept state brings back has no rows, so there it goes on from what is computed next.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from engine.local.speculative.head_worth import HeadWorth
from engine.local.speculative.trail import Rows, Trail


class Steps(Protocol):
    """A head's context (`engine.local.native.prediction.HeadSteps`)."""

    def run(self, tokens: list[int], rows: Rows, position: int, *, guess: bool) -> bool: ...
    def guessed(self) -> tuple[int, float]: ...
    def own_row(self, rows: int) -> Rows: ...
    def forget_from(self, position: int) -> bool: ...
    def forget(self) -> None: ...
    def use_threads(self, threads: int) -> None: ...
    def close(self) -> None: ...


# So many last steps that guess are timed, a few of them before anybody waits for one; a first one is always slow.
LAST, TELLING = 15, (2, 1, 2, 1)


class HeadCosts:
    """Takes the seconds of each step that guesses, of one or a few rows, and tells what one takes."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=LAST)

    def took(self, seconds: float) -> None:
        self._seconds.append(seconds)

    @property
    def seconds(self) -> float:
        """The median: on a busy machine a short step is seldom disturbed, but then for long. 0.0 while unknown."""
        return sorted(self._seconds)[len(self._seconds) // 2] if self._seconds else 0.0


class Guess(NamedTuple):
    token: int
    probability: float


class PredictionHead:
    """Owns the head's context; `close` frees it. `room`: the tokens of its memory, `width`: floats of a hidden row,
    `at_a_time`: the most tokens of one of its steps. `costs` are those of its steps, `worth` what it was worth."""

    def __init__(self, steps: Steps, room: int, width: int, at_a_time: int) -> None:
        self._steps, self._room, self._width, self._at_a_time = steps, room, width, at_a_time
        self._trails: dict[int, Trail] = {}
        self._owner = -1  # the sequence whose tokens its memory holds, from position `_start` on
        self._start = 0
        self._held: list[int] = []
        self._rows = 0  # of its last step
        self._seconds = 0.0
        self.costs = HeadCosts()
        self.worth = HeadWorth()

    def warm_up(self) -> None:
        """Time some steps, and forget them."""
        position = 0
        for place, rows in enumerate(TELLING):
            self._read([0] * rows, np.zeros((rows, self._width), np.float32), position, guess=True)
            position += rows
            if place == 0:
                self.costs = HeadCosts()
        self.forget()

    def follow(self, sequence: int, position: int, rows: Rows) -> None:
        """Note the hidden rows of a step of the model, from this position of a sequence on."""
        trail = self._trails.get(sequence)
        if trail is None:
            trail = self._trails[sequence] = Trail(self._width)
        if sequence == self._owner:
            # The token at that position was read before it was computed, if it is the same.
            self._cut(position + 1)
        trail.add(position, rows)

    def cut(self, sequence: int, end: int) -> None:
        """Forget a sequence from position `end` on, which it no longer holds."""
        if sequence in self._trails:
            self._trails[sequence].cut(end)
        if sequence == self._owner:
            self._cut(end)

    def forget(self) -> None:
        """Forget all sequences."""
        self._trails.clear()
        self._drop()

    def first(self, sequence: int, tokens: Sequence[int]) -> Guess | None:
        """What follows these tokens, all of the sequence; None where it cannot tell."""
        last = len(tokens) - 1  # its position; all before it have been computed
        trail = self._trails.get(sequence)
        if trail is None:
            return None
        trail.cut(last)
        if trail.end != last or trail.first >= last:
            return None
        start = self._goes_on_at(sequence, trail, tokens)
        while start <= last:
            end = min(start + self._at_a_time, last + 1)
            rows = trail.rows(start - 1, end - 1)
            if not self._read(list(tokens[start:end]), rows, start, guess=end > last):
                return None
            self._held += tokens[start:end]
            start = end
        return Guess(*self._steps.guessed())

    def further(self, tokens: Sequence[int], guesses: Sequence[int]) -> Guess | None:
        """What follows the guesses so far, the last of which was told just now."""
        position = len(tokens) - 1 + len(guesses)
        if position - self._start >= self._room:
            return None
        row = self._steps.own_row(self._rows)
        if not self._read([guesses[-1]], row, position, guess=True):
            return None
        return Guess(*self._steps.guessed())

    def end(self) -> None:
        """Take back what `further` has read: it was made of the head's own rows."""
        if self._owner >= 0 and not self._steps.forget_from(self._end):
            self._drop()

    def take_seconds(self) -> float:
        """Seconds that it computed since the last call."""
        seconds, self._seconds = self._seconds, 0.0
        return seconds

    def use_threads(self, threads: int) -> None:
        self._steps.use_threads(threads)

    def close(self) -> None:
        self._steps.close()

    def _goes_on_at(self, sequence: int, trail: Trail, tokens: Sequence[int]) -> int:
        """The position that it reads next of a sequence of these tokens."""
        last = len(tokens) - 1
        if sequence == self._owner:
            self._cut(last)
            if self._held and self._held[-1] != tokens[self._end - 1]:
                del self._held[-1]
            follows = self._held and trail.first < self._end
            if follows and last + 1 - self._start <= self._room and self._steps.forget_from(self._end):
                return self._end
        self._drop()
        self._owner, self._start = sequence, trail.first + 1
        return self._start

    @property
    def _end(self) -> int:
        return self._start + len(self._held)

    def _cut(self, end: int) -> None:
        del self._held[max(0, end - self._start) :]

    def _read(self, tokens: list[int], rows: Rows, position: int, *, guess: bool) -> bool:
        started = time.perf_counter()
        if not self._steps.run(tokens, rows, position, guess=guess):
            self._drop()
            return False
        self._rows = len(tokens)
        seconds = time.perf_counter() - started
        self._seconds += seconds
        if guess:
            self.costs.took(seconds)
        return True

    def _drop(self) -> None:
        self._steps.forget()
        self._owner, self._start, self._held = -1, 0, []
