"""Ids for calls whose dialect has none, and ids as a template wants them."""

from __future__ import annotations

import hashlib

# Nine letters and digits: what Mistral's templates demand and every other takes.
LENGTH = 9
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


def call_id(seed: str, index: int) -> str:
    """An id for the call with this index in one reply. A seed made of the prompt gives the same ids again for
    the same reply, and others in each later turn of a conversation.
    """
    return shortened(f"{index}:{seed}")


def shortened(text: str) -> str:
    """Nine letters and digits for any text."""
    number = int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8])
    digits = []
    for _ in range(LENGTH):
        number, digit = divmod(number, len(_LETTERS))
        digits.append(_LETTERS[digit])
    return "".join(digits)
