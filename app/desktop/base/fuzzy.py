"""Which texts a few typed letters mean."""

from __future__ import annotations

# What one letter is worth: at a word's beginning, right after the letter before, anywhere.
WORD_START, NEIGHBOUR, ANYWHERE = 8, 5, 1


def fuzzy_score(query: str, text: str) -> int | None:
    """How well the letters of `query` are found in `text`, in order; None when they are not all there.

    Higher is better. A text that has the query as one piece comes before one that has its letters scattered.
    """
    letters, text = "".join(query.casefold().split()), text.casefold()
    whole = text.find(query.casefold().strip())
    score = 0 if whole < 0 else 100 + (WORD_START if whole == 0 or not text[whole - 1].isalnum() else 0)
    place = -1
    for letter in letters:
        found = text.find(letter, place + 1)
        if found < 0:
            return None
        if found == 0 or not text[found - 1].isalnum():
            score += WORD_START
        elif found == place + 1:
            score += NEIGHBOUR
        else:
            score += ANYWHERE
        place = found
    return score
