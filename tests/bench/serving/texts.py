"""Prompts, each another, so that nobody finds in memory what shall be read."""

from __future__ import annotations

import itertools
import random

_WORDS = (
    *(
        "harbour",
        "boat",
        "wind",
        "child",
        "colour",
        "engine",
        "bread",
        "letter",
        "river",
        "stone",
        "lamp",
        "field",
    ),
    *(
        "market",
        "winter",
        "bridge",
        "window",
        "garden",
        "smoke",
        "rope",
        "captain",
        "island",
        "bell",
        "road",
        "salt",
    ),
)
_numbers = itertools.count(1)


def prose(words: int) -> str:
    """So many words, one to two tokens each, that no other text begins with."""
    number = next(_numbers)
    chosen = random.Random(number)
    return f"Note {number}. " + " ".join(
        " ".join(chosen.choice(_WORDS) for _ in range(min(9, words - start))).capitalize() + "."
        for start in range(0, words, 9)
    )


def story(words: int = 20) -> str:
    """A question that small models answer at length, after so many words."""
    return f"{prose(words)}\nNow tell me a very long story about this, with many details."
