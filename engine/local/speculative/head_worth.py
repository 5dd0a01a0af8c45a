"""What a head's guesses are worth: how often they come true by its own probability, and what drafts of them save.

One per loaded model: a new answer goes on with what earlier ones taught.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

# Guesses of about the same probability are judged together; a first guess and what follows guesses are not alike.
BOUNDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
# Prior: of so many guesses came true what the head says, and of all further ones this share.
ASSUMED_GUESSES, ASSUMED_SHARE = 4.0, 0.6
# Observations count half as much after so many.
REMEMBERED = 256.0
# So many drafts are tried before what they saved is believed, fewer when they are tried again; so many of the last
# count.
FIRST_TRIED, TRIED, LAST = 8, 4, 32
# Where they do not pay a few are tried after so many steps, then after twice as many, and so on.
AGAIN, LONGEST_WAIT = 64, 4096
# Before they are tried again the head follows what is written for so many steps.
FOLLOWED = 128


class _Share:
    """How many of some guesses came true."""

    def __init__(self, assumed: float) -> None:
        self._guesses, self._came_true = ASSUMED_GUESSES, ASSUMED_GUESSES * assumed

    @property
    def value(self) -> float:
        return self._came_true / self._guesses

    def saw(self, *, came_true: bool) -> None:
        if self._guesses >= REMEMBERED:
            self._guesses /= 2
            self._came_true /= 2
        self._guesses += 1
        self._came_true += came_true


class HeadWorth:
    """`saved` seconds by a draft, on average of the last."""

    def __init__(self) -> None:
        bounds = (0.0, *BOUNDS, 1.0)
        middles = [(low + high) / 2 for low, high in pairwise(bounds)]
        self._shares = [[_Share(middle) for middle in middles] for _ in range(2)]
        self._usual = [_Share(ASSUMED_SHARE) for _ in range(2)]
        self.saved = 0.0
        self._drafts, self._most = 0, FIRST_TRIED
        self._wait, self._next_wait = 0, AGAIN
        self.is_trial = False  # the next draft is the first after a wait

    @property
    def pays(self) -> bool:
        """Whether drafts are made, as far as is known."""
        return not self._wait

    @property
    def follows(self) -> bool:
        """Whether what is written is worth following: drafts are made, or tried soon."""
        return self._wait <= FOLLOWED

    def share(self, depth: int, probability: float) -> float:
        """The probability that a guess after `depth` others, all of which come true, does so too."""
        return self._shares[depth > 0][bisect_right(BOUNDS, probability)].value

    def usual_share(self, depth: int) -> float:
        """As `share`, of a guess that is not made yet."""
        return self._usual[depth > 0].value

    def saw(self, depth: int, probability: float, *, came_true: bool) -> None:
        """Record whether a guess came true, whether it was drafted or not."""
        self._shares[depth > 0][bisect_right(BOUNDS, probability)].saw(came_true=came_true)
        self._usual[depth > 0].saw(came_true=came_true)

    def is_due(self) -> bool:
        """Whether a draft shall be made in this step; to be asked once a step."""
        if self._wait:
            self._wait -= 1
        return not self._wait

    def account(self, saved: float) -> None:
        """Record the seconds that a draft, or a guess that was not drafted, saved; negative where it cost."""
        self.is_trial = False
        self._drafts += 1
        self.saved += (saved - self.saved) / min(self._drafts, LAST)
        if self._drafts >= self._most and self.saved <= 0.0:
            self.put_off()
        elif self._drafts >= LAST:
            self._next_wait = AGAIN

    def put_off(self) -> None:
        """Make no drafts for a while, longer each time."""
        self._wait, self._next_wait = self._next_wait, min(2 * self._next_wait, LONGEST_WAIT)
        self._drafts, self._most, self.saved = 0, TRIED, 0.0
        self.is_trial = True
