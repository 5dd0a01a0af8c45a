"""Matches paths to glob patterns like `src/**/*.{py,toml}`."""

from __future__ import annotations

import fnmatch
import re
import unicodedata

_MOST_ALTERNATIVES = 64
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")


class Glob:
    """`*` and `?` stay within a name, `[abc]` is one letter, `**` any number of folders, `{a,b}` one or the other.

    A pattern without "/" means a name in any folder. Letters are compared composed (NFC). The time it takes grows
    with the product of the lengths of pattern and path, whatever the pattern is.
    """

    def __init__(self, pattern: str) -> None:
        """Raises ValueError for a pattern of too many alternatives."""
        text = unicodedata.normalize("NFC", pattern.strip()).replace("\\", "/").removeprefix("./")
        self._alternatives = [_names(each) for each in _without_braces(text)]

    def matches(self, path: str) -> bool:
        names = unicodedata.normalize("NFC", path).split("/")
        return any(_fits(alternative, names) for alternative in self._alternatives)

    def mentions(self, name: str) -> bool:
        """Whether a folder is named in the pattern as it is, without wildcards."""
        exact = re.compile(fnmatch.translate(name)).pattern
        return any(part is not None and part.pattern == exact for each in self._alternatives for part in each)


def _without_braces(text: str) -> list[str]:
    """Expand the braces, innermost first."""
    done: list[str] = []
    waiting = [text]
    while waiting:
        each = waiting.pop(0)
        found = _BRACES.search(each)
        if found is None:
            done.append(each)
        else:
            waiting += [each[: found.start()] + word + each[found.end() :] for word in found[1].split(",")]
        if len(done) + len(waiting) > _MOST_ALTERNATIVES:
            raise ValueError(f"the pattern stands for more than {_MOST_ALTERNATIVES} others")
    return done


def _names(pattern: str) -> list[re.Pattern[str] | None]:
    """The pattern's names; None is `**`."""
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    if len(parts) == 1 and parts[0] != "**":
        parts.insert(0, "**")
    return [None if part == "**" else re.compile(fnmatch.translate(part)) for part in parts]


def _fits(pattern: list[re.Pattern[str] | None], names: list[str]) -> bool:
    """Match name by name, tracking all positions in the pattern at once."""
    places = _reach(pattern, {0})
    for name in names:
        after: set[int] = set()
        for place in places:
            part = pattern[place] if place < len(pattern) else None
            if place < len(pattern) and part is None:
                after.add(place)
            elif part is not None and part.match(name):
                after.add(place + 1)
        places = _reach(pattern, after)
    return len(pattern) in places


def _reach(pattern: list[re.Pattern[str] | None], places: set[int]) -> set[int]:
    """Add the positions after a `**`, which may match no folder."""
    reached = set(places)
    for place in sorted(places):
        while place < len(pattern) and pattern[place] is None:
            place += 1
            reached.add(place)
    return reached
