"""The files that a patch names, to show them in a line."""

from __future__ import annotations

import re

_NAMED = re.compile(
    r"^(?:\*\*\* (?:Update File|Add File|Delete File|Move to): *|(?:---|\+\+\+) (?:[ab]/)?)([^\t\r\n]+)",
    re.MULTILINE,
)


def names_in(patch: str) -> tuple[str, ...]:
    """The paths in their order, as they are written; also of a patch that is not whole."""
    found = (name.strip() for name in _NAMED.findall(patch))
    return tuple(dict.fromkeys(name for name in found if name and name != "/dev/null"))
