"""What a person is typing for: a prompt behind "/", a file behind "@". Pure."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

_PROMPT = re.compile(r"/([^\s/]*)")
_FILE = re.compile(r"(?:^|(?<=\s))@(\S*)$")


class Typed(NamedTuple):
    """`query` is what stands behind the sign, which is at `start`."""

    kind: Literal["prompt", "file"]
    query: str
    start: int


def typed(text: str, cursor: int) -> Typed | None:
    """What is being typed at the cursor. A prompt begins the message; a file may stand anywhere."""
    before = text[:cursor]
    if match := _PROMPT.fullmatch(before):
        return Typed("prompt", match[1], 0)
    line = before[before.rfind("\n") + 1 :]
    if match := _FILE.search(line):
        return Typed("file", match[1], len(before) - len(line) + match.start())
    return None
