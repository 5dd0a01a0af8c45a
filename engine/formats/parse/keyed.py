"""Reads arguments between keys: key=value as Python writes them, key:value as Gemma does."""

from __future__ import annotations

import contextlib
import re

from engine.formats.dialect import Dialect
from engine.formats.parse.arguments import Typing
from engine.formats.parse.literals import Literals, Value, skip_space
from engine.formats.parse.strings import (
    CALL_STRINGS,
    LOOSE_STRINGS,
    STRINGS,
    BrokenError,
    IncompleteError,
    Strings,
    unescaped,
)
from engine.formats.parse.tagged import Arguments
from engine.formats.parse.written import Written

_PYTHON_KEY = re.compile(r"\s*([^\W\d]\w*(?:[\-.]\w+)*)\s*=(?!=)")
_BRACED_KEY = re.compile(r"\s*([^\s{}\[\],:<>]+)\s*:")
_BEGUN_KEY = re.compile(r"[\w.\-]+\s*=?\Z")
_QUOTES = ('"', "'")
_STRICT_TO_LOOSE = (STRINGS, CALL_STRINGS, LOOSE_STRINGS)
# Name, where the value begins, value.
_Members = list[tuple[str, int, Value]]


class KeyedArguments:
    """The arguments of one dialect. Where one of `stops` comes too early, all open brackets are closed. `closing`
    ends the arguments where that is not the dialect's own bracket.
    """

    def __init__(self, dialect: Dialect, stops: tuple[str, ...], closing: str = "") -> None:
        self._stops = stops
        braced = dialect.arguments == "braced"
        self._quote = dialect.quote if braced else ""
        self._pattern, bracket = (_BRACED_KEY, "}") if braced else (_PYTHON_KEY, ")")
        self._closing = closing or bracket

    def read(self, text: str, position: int, final: bool) -> Arguments | None:
        """All arguments, and where their closing bracket stands; None where they cannot be read. Raises
        IncompleteError.
        """
        for strings in _STRICT_TO_LOOSE:
            found: _Members = []
            try:
                end = self._members(text, position, strings, found)
            except BrokenError:
                continue
            except IncompleteError:
                if final and strings is CALL_STRINGS:
                    continue
                raise
            return Arguments({key: value.value for key, _, value in found}, end, strings is not STRINGS)
        return None

    def written(self, text: str, position: int, typing: Typing, written: Written) -> Written:
        """The arguments as far as they are certain, the last one perhaps open."""
        found: _Members = []
        with contextlib.suppress(IncompleteError, BrokenError):
            self._members(text, position, STRINGS, found)
        names: set[str] = set()
        for key, start, value in found:
            if key in names or typing.is_open(key) or not self._is_certain(text, start, value.end):
                break
            names.add(key)
            written = written.with_member(key, typing.typed({key: value.value})[key])
            position = value.end
        comma = skip_space(text, position)
        begun = self._key(text, comma + 1 if names and text.startswith(",", comma) else comma)
        if begun is None or begun[0] in names or not typing.keeps_text(begun[0], stated=True):
            return written
        start = skip_space(text, begun[1])
        for quote in (self._quote,) if self._quote else _QUOTES:
            if text.startswith(quote, start):
                stops = (quote,) if self._quote else (quote, "\\")
                return written.with_begun(begun[0], text, start + len(quote), stops)
        return written

    def _members(self, text: str, position: int, strings: Strings, found: _Members) -> int:
        """Where the closing bracket stands. `found` gets the arguments, where this raises those in front of it."""
        loose = strings is not STRINGS
        reader = Literals(text, stops=self._stops, quote=self._quote, loose=loose, python=not self._quote)
        while True:
            position = skip_space(text, position)
            if position >= len(text):
                raise IncompleteError
            if text.startswith(self._closing, position):
                return position
            if self._closing.startswith(text[position:]):
                raise IncompleteError
            if text[position] == "," and found:
                position += 1
                continue
            key = self._key(text, position)
            if not key:
                if _BEGUN_KEY.match(text, position):
                    raise IncompleteError
                raise BrokenError("key")
            value = self._text(text, key[1]) if strings is CALL_STRINGS else None
            value = value or reader.read(key[1], 1)
            found.append((key[0], key[1], value))
            position = value.end

    def _text(self, text: str, position: int) -> Value | None:
        """A text with quotes within, None for anything else. Raises IncompleteError."""
        start = skip_space(text, position)
        if self._quote or not text.startswith(_QUOTES, start):
            return None
        match = CALL_STRINGS[text[start]].match(text, start)
        if match is None:
            raise IncompleteError
        return Value(unescaped(match.group(1)), match.end(), True)

    def _key(self, text: str, position: int) -> tuple[str, int] | None:
        """A key and where its value begins."""
        match = self._pattern.match(text, position)
        return (match.group(1).strip("\"'"), match.end()) if match else None

    def _is_certain(self, text: str, start: int, end: int) -> bool:
        """Whether a value is the same read loosely, where a quote in a text may stand for itself."""
        raw = text[start:end].lstrip()
        if self._quote and raw.startswith(self._quote):
            return True
        if not any(quote in (raw.replace(self._quote, "") if self._quote else raw) for quote in _QUOTES):
            return True
        return raw.startswith(_QUOTES) and text.startswith((",", ")", "}"), skip_space(text, end))
