"""A file as lines that are looked for: exactly, without the spaces at their ends, or without indentation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from agents.tools.files.patch.values import Line

Level = Literal["exact", "ends", "indentation"]
LEVELS: tuple[Level, ...] = ("exact", "ends", "indentation")
_LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")


class FileLine(msgspec.Struct, frozen=True):
    """A line of a file; `end` are the characters that end it, "" at the end of a file without a final newline."""

    text: str
    end: str


def split(raw: str) -> list[FileLine]:
    """The lines of a file's text, with their own ends."""
    found = [FileLine(*each.groups()) for each in _LINE.finditer(raw)]
    return [line for line in found if line.text or line.end]


class Lines:
    """Lines of a file, found by their text."""

    def __init__(self, lines: Sequence[FileLine]) -> None:
        self.lines = lines
        self._places: dict[Level, dict[str, list[int]]] = {}

    def places(self, wanted: Sequence[Line], level: Level) -> list[int]:
        """Indexes at which all the lines `wanted` follow each other; empty for no lines."""
        keys = [_key(line.text, level) for line in wanted]
        if level == "indentation" and not any(keys):
            return []
        index = self.index(level)
        rarest = min(range(len(keys)), key=lambda at: len(index.get(keys[at], ())), default=0)
        starts = [at - rarest for at in index.get(keys[rarest], ())] if keys else []
        return [at for at in starts if self._fits(wanted, keys, at, level)]

    def index(self, level: Level) -> dict[str, list[int]]:
        """The places of each line."""
        if level not in self._places:
            found: dict[str, list[int]] = {}
            for at, line in enumerate(self.lines):
                found.setdefault(_key(line.text, level), []).append(at)
            self._places[level] = found
        return self._places[level]

    def _fits(self, wanted: Sequence[Line], keys: Sequence[str], at: int, level: Level) -> bool:
        if at < 0 or at + len(keys) > len(self.lines):
            return False
        if any(_key(self.lines[at + i].text, level) != key for i, key in enumerate(keys)):
            return False
        return level != "indentation" or self.shift(wanted, at) is not None

    def shift(self, wanted: Sequence[Line], at: int) -> tuple[str, str] | None:
        """What every indented line there has more, and less, than the wanted ones; None when they differ in more than
        that."""
        found: tuple[str, str] | None = None
        for i, line in enumerate(wanted):
            if not line.text.strip():
                continue
            asked, has = indent_of(line.text), indent_of(self.lines[at + i].text)
            if has.endswith(asked):
                shift = (has[: len(has) - len(asked)], "")
            elif asked.endswith(has):
                shift = ("", asked[: len(asked) - len(has)])
            else:
                return None
            if found not in (None, shift):
                return None
            found = shift
        return found


def indent_of(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


def shifted(text: str, shift: tuple[str, str]) -> str | None:
    """A line with its indentation shifted; None when it has less than would have to go."""
    more, less = shift
    if not text.strip():
        return text
    return more + text.removeprefix(less) if text.startswith(less) else None


def _key(text: str, level: Level) -> str:
    return text if level == "exact" else text.rstrip() if level == "ends" else text.strip()
