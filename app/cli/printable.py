"""Sanitizes untrusted text for a terminal."""

from __future__ import annotations

import json
import re

# What a terminal obeys or what changes the reading order: C0 but for line ends and tabs, DEL, C1, the separators of
# lines, and of the format characters all but the joiners, which shape words and emoji.
_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)


def printable(line: str) -> str:
    """Names and templates are untrusted; a terminal would obey their control characters."""
    return "".join(character if character.isprintable() else "\ufffd" for character in line)


def shown(text: str) -> str:
    """Text of any length for a terminal, or a piece of one: it looks at each character alone, so that pieces give
    together what the whole gives.

    Carriage returns are left out: half of a line end, or a way to write over what was said.
    """
    return _OBEYED.sub("\ufffd", text.replace("\r", ""))


def shown_json(text: str) -> str:
    """The same JSON, with what a terminal would obey as escapes."""
    return _OBEYED.sub(lambda found: json.dumps(found[0])[1:-1], text)
