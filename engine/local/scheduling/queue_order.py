"""The order of answers: the conversation in front, the person's others, clients in fair turns, the background."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import IntEnum

import msgspec

from engine.api import GenerateRequest
from engine.local.generation.scoring import Work

# So many clients' last turns are known.
_KNOWN = 256


class Rank(IntEnum):
    """Whose an answer is; a lower rank comes first."""

    PRIORITY = 0
    OWN = 1
    CLIENT = 2
    BACKGROUND = 3


class Waiting(msgspec.Struct):
    generation: Work
    since: float
    ahead: int = -1  # the number ahead last emitted
    is_coming: bool = (
        False  # a slot is free; its state comes from disk, or from an answer that reads the same prompt
    )


def rank_of(work: Work, priority: str) -> Rank:
    """`priority` is the conversation in front, "" for none."""
    request = work.request
    if work.is_background:
        return Rank.BACKGROUND
    if request.client:
        return Rank.CLIENT
    return Rank.PRIORITY if request.conversation == priority != "" else Rank.OWN


class Turns:
    """Remembers which client had its turn when. Used by one thread."""

    def __init__(self) -> None:
        self._served: dict[str, int] = {}  # by client, in this order
        self._number = 0

    def served(self, request: GenerateRequest) -> None:
        """Note that an answer got a slot."""
        if request.client:
            self._number += 1
            self._served.pop(request.client, None)
            while len(self._served) >= _KNOWN:
                del self._served[next(iter(self._served))]
            self._served[request.client] = self._number

    def order(self, waiting: Sequence[Waiting], running: Iterable[Work], priority: str) -> list[Waiting]:
        """What waits, the first to get a slot first.

        By rank, and within one in order of arrival; of clients the one with the fewest answers running comes first,
        then the one whose last turn was longest ago, and what it asked first.
        """
        taken = Counter(each.request.client for each in running)

        def place(each: Waiting) -> tuple[Rank, int, int, float]:
            rank = rank_of(each.generation, priority)
            client = each.generation.request.client
            if rank is not Rank.CLIENT:
                return rank, 0, 0, each.since
            taken[client] += 1
            return rank, taken[client], self._served.get(client, 0), each.since

        places = [(place(each), each) for each in sorted(waiting, key=lambda each: each.since)]
        return [each for _, each in sorted(places, key=lambda placed: placed[0])]
