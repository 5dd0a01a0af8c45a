"""Lenient value reader: JSON, JSON with common slips, Python literals, Gemma's braces.

Tries the standard library's JSON (RFC 8259) first. On failure it reads once more and allows only slips with a
certain meaning: single quotes, Python's True, False and None, trailing commas, raw line ends in strings, and
within a call keys without quotes and brackets missing at its end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn

import msgspec

from engine.formats.parse.strings import (
    LOOSE_STRINGS,
    STRINGS,
    BrokenError,
    IncompleteError,
    OpenString,
    unescaped,
)

MAX_DEPTH = 100
_WINDOW = 4096
_CONSTANTS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
_SPACE = re.compile(r"\s*+")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])")
# One that the end of the text cuts off: "-", "0.", "1e", "1e-".
_BEGUN_NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?(?:[eE][+-]?\d*)?)?\Z")
_PADDED = re.compile(r"-?0\d")
_MOST_DIGITS = 400
# Of what is read as an array.
_CLOSINGS = {"[": "]", "(": ")", "{": "}"}
_WORD = re.compile(r"[A-Za-z_]\w*")
# A string's text as JSON has it: without characters of control, and with no other escapes than its own.
_JSON_TEXT = re.compile(r"""(?:[^\\\x00-\x1f]++|\\["\\/bfnrtu])*+""")
_BARE_KEY = re.compile(r"[^\s{}\[\],:<>\"']+")


class Value(msgspec.Struct, frozen=True):
    """A value, where it ends, and whether it had to be repaired."""

    value: Any
    end: int
    repaired: bool = False


def _refuse(name: str) -> NoReturn:
    raise BrokenError(name)


def number_of(digits: str) -> int | float | str:
    """The value of a number; its text where zeros stand in front of it. Raises BrokenError for one that no float or
    too long an integer holds.
    """
    if _PADDED.match(digits):
        return digits
    if len(digits) <= _MOST_DIGITS:
        number = float(digits) if set(digits) & set(".eE") else int(digits)
        if abs(number) < float("inf") or isinstance(number, int):
            return number
    raise BrokenError("number")


_DECODER = json.JSONDecoder(parse_int=number_of, parse_float=number_of, parse_constant=_refuse)


def read_json(text: str, position: int, stops: tuple[str, ...] = ()) -> Value:
    """The JSON value at `position`, white space before it skipped. Where one of `stops` comes too early all
    open brackets are closed. Raises IncompleteError, BrokenError.
    """
    position = skip_space(text, position)
    window = _WINDOW
    while True:
        # In windows, because an error of the decoder counts the lines from the start of its text.
        part = text[position : position + window]
        cut = position + window < len(text)
        try:
            value, end = _DECODER.raw_decode(part)
        except json.JSONDecodeError as error:
            if not cut or not _is_cut_off(error, len(part)):
                return Literals(text, stops=stops).read(position)
        except BrokenError:
            return Literals(text, stops=stops).read(position)
        except RecursionError as error:
            raise BrokenError("nested too deeply") from error
        else:
            if isinstance(value, dict | list | str):
                return Value(value, position + end)
            return Literals(text, stops=stops).read(position)  # it may go on
        window *= 8


def _is_cut_off(error: json.JSONDecodeError, length: int) -> bool:
    """Whether the end of the text may be the error's cause."""
    return error.pos > length - 16 or error.msg.startswith("Unterminated")


def skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


class Literals:
    """The lenient reader. `quote` is a further string quote (Gemma) and allows bare keys. `loose`: strings
    hold their own quotes unescaped. `python`: a set is read as an array."""

    def __init__(
        self,
        text: str,
        *,
        stops: tuple[str, ...] = (),
        quote: str = "",
        loose: bool = False,
        python: bool = False,
    ) -> None:
        self._text = text
        self._stops = tuple(stop for stop in stops if stop)
        self._quote = quote
        self._strings = LOOSE_STRINGS if loose else STRINGS
        self._python = python
        self.repaired = False
        self._stopped = False
        self._readers: dict[str, Callable[[int, int], tuple[Any, int]]] = {
            "{": self._object,
            "[": self._array,
            "(": self._array,
        }

    def read(self, position: int, depth: int = 0) -> Value:
        """Raises IncompleteError, BrokenError."""
        value, end = self._value(position, depth)
        return Value(value, end, self.repaired)

    def _value(self, position: int, depth: int) -> tuple[Any, int]:
        position = self._visible(position)
        text, first = self._text, self._text[position]
        if self._quote and text.startswith(self._quote, position):
            return self._quoted(position)
        if first in self._readers:
            if depth >= MAX_DEPTH:
                raise BrokenError("nested too deeply")
            return self._readers[first](position + 1, depth + 1)
        if first in STRINGS:
            return self._string(position)
        if number := _NUMBER.match(text, position):
            self._not_at_end(number.end())
            return number_of(number.group()), number.end()
        if _BEGUN_NUMBER.match(text, position):
            raise IncompleteError
        if (word := _WORD.match(text, position)) and word.group() in _CONSTANTS:
            self._not_at_end(word.end())
            self.repaired |= word.group()[0].isupper()
            return _CONSTANTS[word.group()], word.end()
        if word:
            self._not_at_end(word.end())
        if self._quote and (bare := self._text_without_quote(position)):
            return bare
        raise self._unexpected(position)

    def _object(self, position: int, depth: int) -> tuple[dict[str, Any] | list[Any], int]:
        found: dict[str, Any] = {}
        first = position
        while True:
            position = self._visible(position)
            if self._text[position] == "}":
                return found, position + 1
            if self._is_stop(position):
                return found, position
            is_set = self._python and not found
            if is_set and self._text[position] not in STRINGS:
                return self._array(first, depth)
            key, position = self._key(position)
            position = self._visible(position)
            if is_set and self._text[position] in ",}":
                return self._array(first, depth)
            if self._text[position] != ":":
                raise self._unexpected(position)
            found[key], position = self._value(position + 1, depth)
            position, over = self._after_item(position, "}")
            if over:
                return found, position

    def _array(self, position: int, depth: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        closing = _CLOSINGS[self._text[position - 1]]
        self.repaired |= closing != "]"
        while True:
            position = self._visible(position)
            if self._text[position] == closing:
                return found, position + 1
            if self._is_stop(position):
                return found, position
            item, position = self._value(position, depth)
            found.append(item)
            position, over = self._after_item(position, closing)
            if over:
                return found, position

    def _after_item(self, position: int, closing: str) -> tuple[int, bool]:
        """Where to go on after an item, and whether that was the last one."""
        if self._stopped:
            return position, True
        position = self._visible(position)
        if self._text[position] == closing:
            return position + 1, True
        if self._text[position] == ",":
            after = self._visible(position + 1)
            self.repaired |= self._text[after] == closing
            return after, False
        if self._is_stop(position):
            return position, True
        raise self._unexpected(position)

    def _key(self, position: int) -> tuple[str, int]:
        if self._quote:
            if self._text.startswith(self._quote, position):
                return self._quoted(position)
            if bare := _BARE_KEY.match(self._text, position):
                self._not_at_end(bare.end())
                return bare.group(), bare.end()
        if self._text[position] in STRINGS:
            return self._string(position)
        within = self._stops and not self._python  # the marks of a call, where nothing else can be meant
        if within and (word := _WORD.match(self._text, position)):
            self._not_at_end(word.end())
            self.repaired = True
            return word.group(), word.end()
        raise self._unexpected(position)

    def _string(self, position: int) -> tuple[str, int]:
        first = self._text[position]
        match = self._strings[first].match(self._text, position)
        if not match:
            raise IncompleteError(
                None if self._strings is LOOSE_STRINGS else OpenString(self._text, position)
            )
        body = match.group(1)
        self.repaired |= first == "'" or _JSON_TEXT.fullmatch(body) is None
        return unescaped(body), match.end()

    def _quoted(self, position: int) -> tuple[str, int]:
        start = position + len(self._quote)
        end = self._text.find(self._quote, start)
        if end < 0:
            raise IncompleteError
        return self._text[start:end], end + len(self._quote)

    def _text_without_quote(self, position: int) -> tuple[str, int] | None:
        """A text whose opening quote is missing."""
        end = self._text.find(self._quote, position)
        if end < 0:
            return None
        after = end + len(self._quote)
        following = self._visible(after)
        self.repaired = True
        return (self._text[position:end], after) if self._text[following] in ",}]" else None

    def _visible(self, position: int) -> int:
        position = skip_space(self._text, position)
        self._not_at_end(position)
        return position

    def _not_at_end(self, position: int) -> None:
        if position >= len(self._text):
            raise IncompleteError

    def _is_stop(self, position: int) -> bool:
        if self._text.startswith(self._stops, position):
            self.repaired = self._stopped = True
        return self._stopped

    def _unexpected(self, position: int) -> Exception:
        rest = self._text[position : position + 100]
        if any(mark.startswith(rest) for mark in (self._quote, *self._stops)):
            return IncompleteError()
        return BrokenError(rest[:20])
