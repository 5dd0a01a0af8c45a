"""Reads tags that a model wrote by halves, where the tool or its argument is known all the same.

<function bash>  <functionbash>  <function=function=bash>  <function name="bash">  <parameter=command (and a new line)
<arg_key>city<arg_value>  <arg_key>city</arg_key> (and a new line)
"""

from __future__ import annotations

import re
from collections.abc import Container

from engine.formats.dialect import Pattern, Slot
from engine.formats.parse.patterns import Match, marks_of, match_mark, match_marks
from engine.formats.parse.strings import IncompleteError

_LONGEST = 300
# The last tag in front of a name: what comes before it, the tag's own word, and an attribute's.
_OPEN_TAG = re.compile(r"(.*<[^\s<>=]+?)(?:=|\s+(\w+)=[\"']?)", re.DOTALL)
_TAG_END = re.compile(r"[<>\n]")


class HalfWrittenTag:
    """A pattern of one slot that stands within a tag, or between two."""

    def __init__(self, pattern: Pattern) -> None:
        literals = [part for part in pattern if not isinstance(part, Slot)]
        self._slot = next((part for part in pattern if isinstance(part, Slot)), None)
        whole = len(literals) == 2 == len(pattern) - 1 and pattern[1] is self._slot
        before, after = literals if whole else ("", "")
        within = _OPEN_TAG.fullmatch(before.rstrip())
        self._before = marks_of(within.group(1) if within else before.strip())
        self._after: tuple[str, ...] = ()
        self._prefix: re.Pattern[str] | None = None
        if within:
            words = {re.escape(word) for word in (within[1].rpartition("<")[2], within[2] or "name")}
            self._prefix = re.compile(rf"[\s=\"':]*(?:(?:{'|'.join(words)})[\s=\"':]+)*(?=[^\s=\"':])")
        elif before.rstrip().endswith(">") and after.startswith("<"):
            self._after = marks_of(after)

    def match(self, text: str, position: int, names: Container[str]) -> Match | None:
        """The tag at `position` with one of these names, None when something else stands there. Raises
        IncompleteError.
        """
        if self._slot is None or not (self._prefix or self._after):
            return None
        start = match_marks(text, position, self._before)
        if start < 0:
            return None
        over = _TAG_END.search(text, start, start + _LONGEST)
        if over is None:
            if len(text) - start < _LONGEST:
                raise IncompleteError
            return None
        name = text[start : over.start()]
        if self._prefix:
            prefix = self._prefix.match(name)
            name = name[prefix.end() :].rstrip(" \t\"'") if prefix else ""
            end = over.start() if over.group() == "<" else over.end()
        else:
            name, end = name.strip(), over.start()
        if name not in names:
            return None
        for mark in self._after:
            end = match_mark(text, end, mark, optional=True)
        return Match(end, {self._slot: name}, repaired=True)
