"""Lines of a text that match a regular expression; runs in a child (child.py), because some never end."""

from __future__ import annotations

import re
from typing import Any

_LONGEST = 100_000  # letters of a line that are looked at


def match_lines(request: dict[str, Any], body: bytes) -> dict[str, Any]:
    """The lines of `body` (UTF-8) that `pattern` finds, at most `most`, as [number from 1, start, end] each.

    An expression that cannot be compiled comes back as `error`.
    """
    flags = re.IGNORECASE if request["ignore_case"] else 0
    try:
        expression = re.compile(request["pattern"], flags)
    except (re.error, OverflowError, RecursionError) as error:
        return {"error": str(error)}
    found: list[list[int]] = []
    for number, line in enumerate(body.decode(errors="replace").split("\n"), 1):
        match = expression.search(line, 0, _LONGEST)
        if match is not None:
            found.append([number, match.start(), match.end()])
            if len(found) >= request["most"]:
                break
    return {"lines": found}
