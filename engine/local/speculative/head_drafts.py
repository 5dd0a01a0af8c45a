"""Drafts of the model's own head for one answer, as deep as they pay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.local.speculative.costs import StepCosts
from engine.local.speculative.judge import MARGIN
from engine.local.speculative.prediction_head import PredictionHead

# The longest draft.
MOST = 8
# The head is asked only where a draft would pay if this share of the guesses came true.
HOPED_SHARE = 0.9


class _Pending(NamedTuple):
    """A guess that will be seen to be right or wrong: its place in the sequence, and how sure the head was."""

    place: int
    depth: int
    token: int
    probability: float


class HeadDrafts:
    """One per answer, which runs in this `sequence`. `costs` are those of the model's steps."""

    def __init__(self, head: PredictionHead, sequence: int, costs: StepCosts) -> None:
        self._head, self._sequence, self._costs = head, sequence, costs
        self._pending: list[_Pending] = []
        self._own = 0.0  # seconds that the pending draft took

    def draft(self, tokens: Sequence[int], room: int) -> list[int]:
        """Drafts that follow these tokens; [] where they do not pay, or the head cannot tell."""
        self._learn(tokens)
        worth = self._head.worth
        if room < 1 or not worth.is_due():
            return []
        if not self._may_pay():
            worth.put_off()
            return []
        found = self._head.first(self._sequence, tokens)
        if found is None:
            return []
        self._own = self._head.costs.seconds
        guesses: list[int] = []
        likely = 1.0
        while found is not None:
            depth = len(guesses)
            self._pending.append(_Pending(len(tokens) + depth, depth, *found))
            likely *= worth.share(depth, found.probability)
            if likely * self._alone <= self._row_after(depth):
                break
            guesses.append(found.token)
            if len(guesses) == min(room, MOST) or not self._goes_deeper(likely, len(guesses)):
                break
            self._own += self._head.costs.seconds
            found = self._head.further(tokens, guesses)
        self._head.end()
        if not guesses:
            worth.account(-self._own)
        return guesses

    def judged(self, drafted: int, accepted: int) -> None:
        """Record how many of the last draft's tokens were accepted."""
        cost = self._costs.seconds(1 + drafted) - self._alone + self._own
        self._head.worth.account(accepted * self._alone - cost)

    @property
    def _alone(self) -> float:
        return self._costs.seconds(1)

    def _row_after(self, drafted: int) -> float:
        """Seconds of one more row behind so many drafted ones, with what is not known of them."""
        return (self._costs.seconds(2 + drafted) - self._costs.seconds(1 + drafted)) * (1.0 + MARGIN)

    def _may_pay(self) -> bool:
        """When it is tried again, what the head took is not believed either."""
        own = 0.0 if self._head.worth.is_trial else self._head.costs.seconds
        return HOPED_SHARE * self._alone > self._row_after(0) + own

    def _goes_deeper(self, likely: float, depth: int) -> bool:
        hoped = likely * self._head.worth.usual_share(depth)
        return hoped * self._alone > self._row_after(depth) + self._head.costs.seconds

    def _learn(self, tokens: Sequence[int]) -> None:
        """Compare the last guesses with what came, as far as those before them were right."""
        for guess in self._pending:
            if guess.place >= len(tokens):
                break
            came_true = tokens[guess.place] == guess.token
            self._head.worth.saw(guess.depth, guess.probability, came_true=came_true)
            if not came_true:
                break
        self._pending.clear()
