"""Drafts of a draft model for one answer, while they pay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.local.speculative.costs import StepCosts
from engine.local.speculative.judge import MARGIN

# The longest draft: each token takes the draft model a step, and all behind a rejected one are wasted.
MOST = 16
# Prior of an answer: of so many draft tokens this share was accepted.
ASSUMED_GUESSES, ASSUMED_SHARE = 8.0, 0.75
# Observations count half as much after so many draft tokens.
REMEMBERED = 64.0
# How many drafts must have been made before what they saved is believed, and how many of the last count.
BELIEVED, LAST = 4, 16
# Whether they pay is judged again after so many tokens.
EACH = 8
# Where they do not pay a few are tried after so many tokens, then after twice as many, and so on; but only where they
# would pay if this share of them came true.
AGAIN, LONGEST_WAIT, HOPED_SHARE = 64, 4096, 0.95
TRIED = 4


class TokenDrafter(Protocol):
    """A draft model. `costs` are those of its own steps."""

    @property
    def costs(self) -> StepCosts: ...

    def guess(self, tokens: Sequence[int], count: int) -> list[int] | None:
        """At most so many next tokens, fewer where it is unsure. None while it prefills."""
        ...


class ModelDrafts:
    """One per answer. `costs` are those of the main model's steps."""

    def __init__(self, guesser: TokenDrafter, costs: StepCosts) -> None:
        self._guesser, self._costs = guesser, costs
        self._guessed = ASSUMED_GUESSES
        self._came_true = ASSUMED_GUESSES * ASSUMED_SHARE
        self._count = 0  # how many are asked for, 0: none pay
        self._judge_at = 0  # so many tokens
        self._wait = AGAIN
        self._is_trial = False
        self._drafts = 0  # since it was begun, or begun again
        self._saved = 0.0  # seconds by a draft, on average
        self._own = 0.0  # seconds that the pending draft took

    def draft(self, tokens: Sequence[int], room: int) -> list[int]:
        """Drafts that follow these tokens; [] where they do not pay or are not ready."""
        if len(tokens) >= self._judge_at:
            self._judge(len(tokens))
        if not self._count or room < 1:
            return []
        count = min(self._count, room)
        guesses = self._guesser.guess(tokens, count)
        if guesses is None:
            return []
        # Where it stopped before the end it had taken a step for what it was not sure of.
        self._own = self._guesser.costs.seconds(1) * min(len(guesses) + 1, count)
        if not guesses:
            self._account(-self._own)
        return guesses

    def judged(self, drafted: int, accepted: int) -> None:
        """Record how many of the last draft's tokens were accepted."""
        if self._guessed >= REMEMBERED:
            self._guessed /= 2
            self._came_true /= 2
        self._guessed += accepted + (accepted < drafted)
        self._came_true += accepted
        alone = self._costs.seconds(1)
        self._account(accepted * alone - (self._costs.seconds(1 + drafted) - alone) - self._own)

    def _account(self, saved: float) -> None:
        self._drafts += 1
        self._saved += (saved - self._saved) / min(self._drafts, LAST)

    def _judge(self, written: int) -> None:
        """Set the length of the next drafts."""
        self._judge_at = written + EACH
        share = self._came_true / self._guessed
        if self._drafts < BELIEVED:
            self._count = self._best(share) or (TRIED if self._is_trial and self._best(HOPED_SHARE) else 0)
        else:
            self._count = self._best(share) if self._saved > 0.0 else 0
            if self._count:
                self._wait = AGAIN
        if not self._count:
            self._judge_at = written + self._wait
            self._wait = min(2 * self._wait, LONGEST_WAIT)
            self._is_trial = True
            self._drafts, self._saved = 0, 0.0

    def _best(self, share: float) -> int:
        """The draft length that saves most at this acceptance rate; 0 if none saves any."""
        alone, own = self._costs.seconds(1), self._guesser.costs.seconds(1)
        best, most = 0, 0.0
        likely, expected = 1.0, 0.0
        for count in range(1, MOST + 1):
            likely *= share
            expected += likely
            cost = self._costs.seconds(1 + count) - alone + own * count
            saved = expected * alone - cost * (1.0 + MARGIN)
            if saved > most:
                best, most = count, saved
        return best
