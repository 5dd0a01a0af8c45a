"""Call ids for dialects without any, and ids that fit a template."""

from __future__ import annotations

import hashlib

# Nine letters and digits: what Mistral's templates demand and every other takes.
LENGTH = 9
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


def call_id(seed: str, index: int) -> str:
    """The id of the call at this index. The same prompt seed and reply give the same ids; later turns give
    others."""
    return shortened(f"{index}:{seed}")


def shortened(text: str) -> str:
    """Nine letters and digits for any text."""
    number = int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8])
    digits = []
    for _ in range(LENGTH):
        number, digit = divmod(number, len(_LETTERS))
        digits.append(_LETTERS[digit])
    return "".join(digits)
