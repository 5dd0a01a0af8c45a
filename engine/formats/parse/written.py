"""The arguments of a call while a model writes them: JSON text that only ever grows.

It holds what is certain: arguments that are complete, and the text of one that is a string whatever follows. So it is
a beginning of the JSON of the whole call's arguments, however the reply is cut.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from json.encoder import encode_basestring
from typing import Any

import msgspec

from engine.formats.dialect import Envelope
from engine.formats.parse.arguments import Typing
from engine.formats.parse.literals import Value, read_json, skip_space
from engine.formats.parse.mark_search import MarkSearch
from engine.formats.parse.strings import BrokenError, IncompleteError, unescaped
from engine.formats.parse.tool_schema import Schema
from engine.text import clean_text, clean_value

# A JSON string's text as far as it is whole, and the beginning of an escape behind it. Half a pair of surrogates is
# no character yet.
_BODY = re.compile(
    r"""(?:[^"\\]++|\\(?:[ntrbf0\n/\\"']|x[0-9a-fA-F]{2}|u(?![dD][89abAB])[0-9a-fA-F]{4}"""
    r"""|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}))*+""",
    re.DOTALL,
)
_BEGUN_ESCAPE = re.compile(
    r"\\(?:x[0-9a-fA-F]?|u[0-9a-fA-F]{0,4}|u[0-9a-fA-F]{4}\\(?:u[0-9a-fA-F]{0,3})?)?\Z"
)


_LONGEST_ESCAPE = 12
# What stands in a JSON string as it is, and that with the escapes it is written with.
_PLAIN = re.compile(r'[^"\\\x00-\x1f\ud800-\udfff]*+')
_ESCAPED = re.compile(r'(?:[^"\\\x00-\x1f\ud800-\udfff]++|\\[ntrbf"\\])*+')


class OpenText:
    """A string whose end has not come. `over`: what was taken last holds what may be its end.

    `stops` are the marks that may end it; none for a JSON string, which ends at its quote.
    """

    def __init__(self, stops: tuple[str, ...] = ()) -> None:
        self._stops = MarkSearch(stops) if stops else None
        self._held = ""
        self.over = False

    def reach(self, text: str, position: int) -> int:
        """How far one has to look for the end of this string at `position`: to the first place that may be it."""
        if self._stops:
            stop = self._stops.search(text, position)
            return stop.end() if stop else len(text)
        body = _BODY.match(text, position)
        assert body is not None
        return body.end() + _LONGEST_ESCAPE

    def take(self, piece: str) -> str:
        """What is certain of the text now, as in a JSON string."""
        data = self._held + piece
        if self._stops:
            text, end = self._raw(data, self._stops)
        elif _ESCAPED.fullmatch(data):
            self._held = ""
            return data
        else:
            text, end = self._json(data)
        self._held = data[end:]
        return text if _PLAIN.fullmatch(text) else encode_basestring(clean_text(text))[1:-1]

    def _json(self, data: str) -> tuple[str, int]:
        body = _BODY.match(data)
        assert body is not None
        self.over = body.end() < len(data) and not _BEGUN_ESCAPE.match(data, body.end())
        return unescaped(body.group()), body.end()

    def _raw(self, data: str, stops: MarkSearch) -> tuple[str, int]:
        text = data
        if stops.may_begin(data):
            stop = stops.search(data, 0)
            self.over = stop is not None
            text = data[: stop.start() if stop else stops.begun(data, 0)]
        text = text.rstrip()  # white space in front of the end may be the format's
        return text, len(text)


class Written(msgspec.Struct, frozen=True):
    """A call as far as it is certain. `text` begins the JSON of its arguments; where it ends within a string, `open`
    takes what comes next.
    """

    name: str
    id: str
    text: str = "{"
    open: OpenText | None = None

    def with_member(self, key: str, value: Any) -> Written:
        return self._with(key, json.dumps(clean_value(value), ensure_ascii=False), None)

    def with_begun(self, key: str, text: str, position: int, stops: tuple[str, ...] = ()) -> Written:
        """With an argument whose text is open; it begins at `position`."""
        open = OpenText(stops)
        certain = open.take(text[position : open.reach(text, position)])
        return self._with(key, f'"{certain}', None if open.over else open)

    def _with(self, key: str, value: str, open: OpenText | None) -> Written:
        comma = "" if self.text == "{" else ", "
        name = json.dumps(clean_text(key), ensure_ascii=False)
        return Written(self.name, self.id, f"{self.text}{comma}{name}: {value}", open)


def written_json(text: str, position: int, typing: Typing, written: Written) -> Written:
    """The arguments of the JSON object at `position`."""
    for key, start, value in _members(text, position):
        if typing.is_open(key):
            break
        if value is not None:
            written = written.with_member(key, typing.typed({key: value.value})[key])
        elif text.startswith('"', start) and typing.keeps_text(key, stated=True):
            written = written.with_begun(key, text, start + 1)
    return written


def written_envelope(
    text: str, position: int, envelope: Envelope, schemas: Mapping[str, Schema]
) -> Written | None:
    """The call in the JSON object at `position`; None while it does not say which tool, or under which id, in front
    of the arguments.
    """
    name, id = "", ""
    for key, start, value in _members(text, position):
        if key in envelope.path and text.startswith("{", start):
            return written_envelope(text, start, envelope, schemas)
        if not envelope.name_key and key in schemas:
            name = key
        if key == envelope.arguments_key or not envelope.name_key:
            if name not in schemas or not text.startswith("{", start) or (envelope.id_key and not id):
                return None
            return written_json(text, start, Typing(schemas[name]), Written(name, id))
        if value is not None and key == envelope.name_key:
            name = str(value.value)
        elif value is not None and key == envelope.id_key:
            id = str(value.value)
    return None


def _members(text: str, position: int) -> Iterator[tuple[str, int, Value | None]]:
    """The key of each member of an object, where its value begins, and the value; the last may be incomplete. A key
    that comes twice ends it: it changes what was said before.
    """
    seen: set[str] = set()
    while True:
        position = skip_space(text, position + 1)
        try:
            key = read_json(text, position)
        except (IncompleteError, BrokenError):
            return
        position = skip_space(text, key.end)
        if not isinstance(key.value, str) or key.value in seen or not text.startswith(":", position):
            return
        seen.add(key.value)
        position = skip_space(text, position + 1)
        try:
            value = read_json(text, position)
        except (IncompleteError, BrokenError):
            yield key.value, position, None
            return
        yield key.value, position, value
        position = skip_space(text, value.end)
        if not text.startswith(",", position):
            return
