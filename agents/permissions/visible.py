"""Detects and escapes characters that are invisible or change the reading order."""

from __future__ import annotations

import unicodedata

# Invisible letters and marks that the categories miss: the Hangul fillers, the Braille blank and the like.
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"


def hidden(character: str) -> bool:
    """Whether a character is a control, a format character (bidi, zero width, tags), a separator of lines or a
    blank that is no space."""
    if character.isascii():
        return not character.isprintable()
    category = unicodedata.category(character)
    if character in _BLANK or "\U000e0100" <= character <= "\U000e01ef":
        return True
    return category in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp", "Zs")


def visible(text: str) -> str:
    """`text` with hidden characters, but for line ends and tabs, written like `\\u{202e}`."""
    return "".join(f"\\u{{{ord(c):x}}}" if c not in "\n\t" and hidden(c) else c for c in text)
