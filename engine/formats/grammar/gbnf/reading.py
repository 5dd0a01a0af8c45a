"""GBNF reader: parses what `Rules` writes into values along which a text can be followed.

The grammar is llama.cpp's (grammars/README.md there): rules of alternatives, of literals, character classes, names,
groups and repetitions.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.formats.grammar.gbnf.characters import complement
from engine.formats.grammar.gbnf.rules import Ranges

_ESCAPES = {"n": 10, "r": 13, "t": 9, '"': 34, "\\": 92, "[": 91, "]": 93}
_HEX = {"x": 2, "u": 4, "U": 8}
_NAME = re.compile(r"[A-Za-z0-9-]+")
_SPACE = re.compile(r"(?:\s|#[^\n]*)*")
_COUNT = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")


class Characters(NamedTuple):
    """One character of these ranges of code points."""

    ranges: Ranges


class Name(NamedTuple):
    """What a rule reads."""

    rule: str


class Repeated(NamedTuple):
    """A part so many times, `most` None: any number of times."""

    part: Name
    least: int
    most: int | None


Part = Characters | Name | Repeated
Body = tuple[Part, ...]
Grammar = dict[str, tuple[Body, ...]]


def read_grammar(gbnf: str) -> Grammar:
    """The alternatives of each rule; groups are rules of their own. Raises ValueError for what is no GBNF."""
    return _Reader(gbnf).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text, self._place = text, 0
        self._rules: Grammar = {}
        self._groups = 0

    def read(self) -> Grammar:
        self._skip()
        while self._place < len(self._text):
            name = self._matched(_NAME)
            self._skip()
            self._take("::=")
            self._rules[name] = self._alternatives()
        return self._rules

    def _skip(self) -> None:
        found = _SPACE.match(self._text, self._place)
        self._place = found.end() if found else self._place

    def _matched(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._place)
        if found is None:
            raise ValueError(f"no GBNF at {self._place}: {self._text[self._place : self._place + 40]!r}")
        self._place = found.end()
        return found.group()

    def _take(self, text: str) -> None:
        if not self._text.startswith(text, self._place):
            raise ValueError(f"{text} is missing at {self._place}")
        self._place += len(text)

    def _alternatives(self) -> tuple[Body, ...]:
        bodies = [self._sequence()]
        while self._text.startswith("|", self._place):
            self._place += 1
            bodies.append(self._sequence())
        return tuple(bodies)

    def _sequence(self) -> Body:
        """Up to the end of an alternative; stands behind the white space that follows."""
        parts: list[Part] = []
        while True:
            self._skip()
            symbol = self._symbol()
            if symbol is None:
                return tuple(parts)
            parts += self._counted(symbol)

    def _symbol(self) -> Body | None:
        text, place = self._text, self._place
        if place >= len(text) or text[place] in "|)":
            return None
        if text[place] == '"':
            self._place += 1
            codes = []
            while not self._text.startswith('"', self._place):
                codes.append(self._character())
            self._place += 1
            return tuple(Characters(((code, code),)) for code in codes)
        if text[place] == "[":
            return (self._class(),)
        if text[place] == "(":
            self._place += 1
            group = self._group(self._alternatives())
            self._take(")")
            return (group,)
        name = _NAME.match(text, place)
        if name is None:
            raise ValueError(f"no GBNF at {place}: {text[place : place + 40]!r}")
        behind = _SPACE.match(text, name.end())
        if behind is not None and text.startswith("::=", behind.end()):
            return None  # the next rule
        self._place = name.end()
        return (Name(name.group()),)

    def _class(self) -> Characters:
        self._place += 1
        negated = self._text.startswith("^", self._place)
        self._place += negated
        ranges = []
        while not self._text.startswith("]", self._place):
            low = high = self._character()
            if self._text.startswith("-", self._place) and not self._text.startswith("-]", self._place):
                self._place += 1
                high = self._character()
            ranges.append((low, high))
        self._place += 1
        return Characters(complement(tuple(ranges)) if negated else tuple(ranges))

    def _character(self) -> int:
        if self._place >= len(self._text):
            raise ValueError("the grammar ends within a text")
        char = self._text[self._place]
        self._place += 1
        if char != "\\":
            return ord(char)
        kind = self._text[self._place : self._place + 1]
        self._place += 1
        if kind in _HEX:
            digits = self._text[self._place : self._place + _HEX[kind]]
            self._place += _HEX[kind]
            return int(digits, 16)
        if kind not in _ESCAPES:
            raise ValueError(f"unknown escape \\{kind}")
        return _ESCAPES[kind]

    def _group(self, bodies: tuple[Body, ...]) -> Name:
        self._groups += 1
        name = f" {self._groups}"  # no rule of a grammar is called so
        self._rules[name] = bodies
        return Name(name)

    def _counted(self, symbol: Body) -> Body:
        """The symbol as often as the sign behind it says."""
        sign = self._text[self._place : self._place + 1]
        bounds: tuple[int, int | None]
        if sign in ("*", "+", "?") and sign:
            self._place += 1
            bounds = {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        elif sign == "{":
            found = _COUNT.match(self._text, self._place)
            if found is None:
                raise ValueError(f"no count at {self._place}")
            self._place = found.end()
            least = int(found[1])
            bounds = (least, (int(found[3]) if found[3] else None) if found[2] else least)
        else:
            return symbol
        part = symbol[0] if len(symbol) == 1 else None
        return (Repeated(part if isinstance(part, Name) else self._group((symbol,)), *bounds),)
