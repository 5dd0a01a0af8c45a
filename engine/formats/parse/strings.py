"""Strings between quotes, as JSON and Python write them, and why a text cannot be read."""

from __future__ import annotations

import json
import re

Strings = dict[str, re.Pattern[str]]
STRINGS: Strings = {
    '"': re.compile(r'"((?:[^"\\]++|\\.)*+)"', re.DOTALL),
    "'": re.compile(r"'((?:[^'\\]++|\\.)*+)'", re.DOTALL),
}
_AFTER_ARGUMENT = r"\s*(?:,\s*[^\W\d][\w.\-]*\s*=(?!=)|,?\s*\)\s*(?:[\],;<]|[^\W\d][\w.]*\())"
# As templates write that do not escape: a quote inside a string, unless something follows that ends it.
LOOSE_STRINGS: Strings = {
    quote: re.compile(rf"{quote}((?:[^{quote}\\]++|\\.|{quote}(?!\s*[,)\]}}:]))*+){quote}", re.DOTALL)
    for quote in ("'", '"')
}
# Of a call's own arguments: no quote ends one but where the next argument begins or the call is over.
CALL_STRINGS: Strings = {
    quote: re.compile(
        rf"{quote}((?:[^{quote}\\]++|\\.|{quote}(?!{_AFTER_ARGUMENT}))*+){quote}(?={_AFTER_ARGUMENT})",
        re.DOTALL,
    )
    for quote in ("'", '"')
}
# A string's text as far as it goes on: up to its quote, or to half an escape.
_GOING_ON = {quote: re.compile(rf"(?:[^{quote}\\]++|\\.)*+", re.DOTALL) for quote in STRINGS}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}(?:\\u[dD][c-fC-F][0-9a-fA-F]{2})?|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\n": "", "0": "\0"}
_ESCAPES |= {itself: itself for itself in "\\/\"'"}
_DECODER = json.JSONDecoder(strict=False)


class OpenString:
    """The string that begins at `position` of a text and does not end in it."""

    def __init__(self, text: str, position: int) -> None:
        self._going_on = _GOING_ON[text[position]]
        self._held = ""  # half an escape
        self._take(text, position + 1)

    def takes(self, piece: str) -> bool:
        """Whether the string goes on behind `piece`, which comes next, too."""
        return self._take(self._held + piece, 0)

    def _take(self, text: str, position: int) -> bool:
        match = self._going_on.match(text, position)
        assert match is not None
        self._held = text[match.end() :]
        return self._held in ("", "\\")


class IncompleteError(Exception):
    """The text ends before the value. With `open`, nothing else can be said before that string ends."""

    def __init__(self, open: OpenString | None = None) -> None:
        super().__init__()
        self.open = open


class BrokenError(Exception):
    """No value that can be read with certainty."""


def unescaped(body: str) -> str:
    """A string's text without its escapes, those of JSON and of Python."""
    if "\\" not in body:
        return body
    try:  # in most texts there are none but those of JSON
        return str(_DECODER.decode(f'"{body}"'))
    except json.JSONDecodeError:
        return _ESCAPE.sub(_character, body)


def _character(match: re.Match[str]) -> str:
    escape = match.group(1)
    if escape[0] == "u" and len(escape) > 1:
        return str(json.loads(f'"\\{escape}"'))
    if escape[0] == "x" and len(escape) == 3:
        return chr(int(escape[1:], 16))
    if escape in "ux":
        raise BrokenError("escape")
    return _ESCAPES.get(escape, match.group())  # that of a pattern, as in \d, which should have been \\d
