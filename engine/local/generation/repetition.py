"""Repetition: an answer that says the same again and again, as models do that never learned to end one."""

from __future__ import annotations

_LONGEST = 400
_LEAST = 800
_TIMES = 6
# How much of an answer `repeats` looks at, in characters.
REACH = _LONGEST * _TIMES


def repeats(text: str) -> bool:
    """Whether `text` ends with one and the same piece, six times or more over at least 800 characters."""
    tail = text[-REACH:]
    for length in range(1, _LONGEST + 1):
        times = max(_TIMES, -(-_LEAST // length))
        if len(tail) >= times * length and tail.endswith(tail[-length:] * times):
            return True
    return False
