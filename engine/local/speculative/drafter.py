"""Drafts of one answer."""

from __future__ import annotations

from collections.abc import Sequence

from engine.local.speculative.acceptance import Acceptance
from engine.local.speculative.costs import StepCosts
from engine.local.speculative.drafts import ModelDrafts, TokenDrafter
from engine.local.speculative.head_drafts import HeadDrafts
from engine.local.speculative.judge import MOST, best_length, saved_by
from engine.local.speculative.ngram_lookup import Lookup

# The first draft is at most this long. One that came true as a whole lets the next be twice as long.
FIRST, LEAST = 16, 4
# Where no draft seems to pay, one is tried all the same, rarely: costs that were measured once may have been those
# of a busy moment. Only where this share of it should come true; and so rarely that what it may lose is this share of
# the time, each time half as often as before, and never sooner or later than so many tokens.
WORTH_A_TRY, MAY_LOSE, SOONEST, LATEST = 0.7, 0.02, 32, 4096
# More tokens than these at once are a prompt, which was not drafted.
PROMPT = MOST + 1


class Drafter:
    """One per answer. Takes each token of its sequence and proposes drafts where they pay: from n-gram
    lookup, else from `guesser`, a draft model, or from `head`, the model's own."""

    def __init__(
        self, costs: StepCosts, guesser: TokenDrafter | None = None, head: HeadDrafts | None = None
    ) -> None:
        self._costs = costs
        self._guesses = ModelDrafts(guesser, costs) if guesser is not None else head
        self._is_guessed = False  # the last draft is the draft model's, or the head's
        self._lookup = Lookup()
        self._acceptance = Acceptance()
        self._most = FIRST
        self._tries = 0  # since a draft seemed to pay
        self._since: int | None = None  # so many tokens none did, or that one was tried

    def extend(self, tokens: Sequence[int]) -> None:
        """Append to the sequence: the prompt first, then each sampled token, accepted drafts included."""
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
        """Drafts of at most `room` tokens; [] where none pay. `rows`: the answers decoding in this step,
        this one included."""
        if room < 1:
            return []
        draft = self._repeated(room, rows)
        self._is_guessed = not draft
        # Beside other answers a guess would keep all of them waiting.
        if draft or self._guesses is None or rows > 1:
            return draft
        return self._guesses.draft(self._lookup.tokens, room)

    def _repeated(self, room: int, rows: int) -> list[int]:
        """A draft from n-gram lookup."""
        length = self._lookup.length
        if not length:
            return []
        most = min(room, self._most)
        expected = self._acceptance.expected(length, most)
        count = best_length(self._costs, expected, rows)
        if count:
            self._tries, self._since = 0, None
        else:
            count = self._trial(expected, rows)
        return self._lookup.following(count)

    def _trial(self, expected: Sequence[float], rows: int) -> int:
        """The length of a trial draft where drafts do not seem to pay."""
        written, count = len(self._lookup), min(len(expected), FIRST)
        if self._since is None:
            self._since = written
        alone = self._costs.seconds(rows) / rows
        if not alone or expected[count - 1] < WORTH_A_TRY * count:
            return 0
        # So many tokens could be written in the time.
        lost = -saved_by(self._costs, expected, count, rows, margin=0.0) / alone
        if written - self._since < min(max(lost / MAY_LOSE, SOONEST) * 2**self._tries, LATEST):
            return 0
        self._since = written
        self._tries += 1
        return count

    def judged(self, drafted: int, accepted: int) -> None:
        """Record how many of the last draft's tokens were accepted."""
        if self._is_guessed:
            if self._guesses is not None:
                self._guesses.judged(drafted, accepted)
        elif accepted >= drafted:
            self._most = min(max(self._most, 2 * drafted), MOST)
        else:
            self._most = max(LEAST, min(self._most, 2 * accepted))
