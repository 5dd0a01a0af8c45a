"""What is guessed for one answer."""

from __future__ import annotations

from collections.abc import Sequence

from engine.local.drafting.acceptance import Acceptance
from engine.local.drafting.costs import StepCosts
from engine.local.drafting.guesses import Guesser, Guesses
from engine.local.drafting.judge import MOST, best_length
from engine.local.drafting.lookup import Lookup

# The first draft is at most this long. One that came true as a whole lets the next be twice as long.
FIRST, LEAST = 16, 4
# Where no draft pays, a little one is tried after so many tokens, then after twice as many, and so on: costs that
# were measured once may have been those of a busy moment. Only where this many tokens should come true.
AGAIN, LONGEST_WAIT, WORTH_A_TRY = 64, 4096, 4.0
# More tokens than these at once are a prompt, which nobody guessed.
PROMPT = MOST + 1


class Drafter:
    """One per answer. Told each token of its sequence, it says what may follow, where that pays: what the text seems
    to repeat, else what `guesser` guesses, a smaller model.
    """

    def __init__(self, costs: StepCosts, guesser: Guesser | None = None) -> None:
        self._costs = costs
        self._guesses = Guesses(guesser, costs) if guesser is not None else None
        self._are_guesses = False  # the last draft is the smaller model's
        self._lookup = Lookup()
        self._acceptance = Acceptance()
        self._most = FIRST
        self._wait = AGAIN
        self._try_at = 0

    def extend(self, tokens: Sequence[int]) -> None:
        """What the sequence holds now: the prompt first, then each token as it is drawn, accepted drafts too."""
        if len(tokens) > PROMPT or not len(self._lookup):
            self._lookup.read(tokens)
            return
        lookup = self._lookup
        for token in tokens:
            length = lookup.length
            came_true = lookup.take(token)
            if length:
                self._acceptance.saw(length, came_true)

    def draft(self, room: int, rows: int = 1) -> list[int]:
        """Guesses for the tokens that follow, at most `room`; [] where none pays. `rows`: the answers that the
        step goes on with, this one included.
        """
        if room < 1:
            return []
        draft = self._repeated(room, rows)
        self._are_guesses = not draft
        # Beside other answers the smaller model would keep all of them waiting.
        if draft or self._guesses is None or rows > 1:
            return draft
        return self._guesses.draft(self._lookup.tokens, room)

    def _repeated(self, room: int, rows: int) -> list[int]:
        """What the text seems to repeat."""
        length = self._lookup.length
        if not length:
            return []
        most = min(room, self._most)
        expected = self._acceptance.expected(length, most)
        count, saved = best_length(self._costs, expected, most, rows)
        if saved <= 0.0:
            written = len(self._lookup)
            if written < self._try_at or expected[-1] < WORTH_A_TRY:
                return []
            if self._try_at:
                self._wait = min(2 * self._wait, LONGEST_WAIT)
            self._try_at = written + self._wait
            count = min(count, LEAST)
        return self._lookup.following(count)

    def judged(self, drafted: int, accepted: int) -> None:
        """So many of the last draft's tokens came true."""
        if self._are_guesses:
            if self._guesses is not None:
                self._guesses.judged(drafted, accepted)
        elif accepted >= drafted:
            self._most = min(max(self._most, 2 * drafted), MOST)
        else:
            self._most = max(LEAST, min(self._most, 2 * accepted))
