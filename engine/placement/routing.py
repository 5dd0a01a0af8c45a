"""What fired in a conversation: expert choices summed over its answers."""

from __future__ import annotations

from itertools import zip_longest

import msgspec

from engine.values import ExpertsFired

Matrix = tuple[tuple[int, ...], ...]


class Routing(msgspec.Struct, frozen=True):
    """How often each expert was chosen: `counts` per layer and expert, over `tokens` tokens.

    A layer without routed experts has an empty row.
    """

    tokens: int = 0
    counts: Matrix = ()


def with_fired(routing: Routing, fired: ExpertsFired) -> Routing:
    """The sum. Rows may differ in length: the longer one decides."""
    counts = tuple(
        tuple(a + b for a, b in zip_longest(old, new, fillvalue=0))
        for old, new in zip_longest(routing.counts, fired.counts, fillvalue=())
    )
    return Routing(routing.tokens + fired.tokens, counts)
