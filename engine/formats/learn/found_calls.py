"""Finds a rendered call in a text: name, arguments, enclosing object."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from engine.formats.dialect import ARGUMENTS, ID, NAME, Envelope, Parameter, Slot
from engine.formats.learn.probing import IDS, KEYS, NAMES, STRINGS, VALUES


class Span(msgspec.Struct, frozen=True):
    start: int
    end: int
    slot: Slot


class FoundCall(msgspec.Struct, frozen=True):
    """The span of one call in a text: from its first slot or JSON object to its last."""

    start: int
    end: int
    spans: tuple[Span, ...]
    envelope: Envelope | None = None


def find_call(text: str, start: int, number: int, kind: str, parameter: Parameter | None) -> FoundCall | None:
    envelope = _find_envelope(text, start, number) if kind == "json" else None
    if envelope:
        return envelope
    spans = [
        Span(place, place + len(word), slot)
        for slot, word in ((NAME, NAMES[number]), (ID, IDS[number]))
        for place in _places(text, word, start)
    ]
    arguments = _arguments_span(text, start, kind, parameter)
    if arguments is None or not spans:
        return None
    # A name that comes again behind the arguments is another call's or the closing tag's.
    inside = [span for span in spans if span.end <= arguments.start]
    ordered = sorted([*inside, arguments], key=lambda span: span.start)
    if not inside:
        return None
    return FoundCall(ordered[0].start, ordered[-1].end, tuple(ordered))


def _places(text: str, word: str, start: int) -> list[int]:
    return [match.start() for match in re.finditer(re.escape(word), text) if match.start() >= start]


def _find_envelope(text: str, start: int, number: int) -> FoundCall | None:
    """The JSON object that holds the whole call, if any."""
    decoder = json.JSONDecoder()
    for place in _places(text, "{", start):
        name = text.find(NAMES[number], place)
        try:
            value, end = decoder.raw_decode(text, place)
        except json.JSONDecodeError:
            continue
        keys = _envelope_of(value, NAMES[number], IDS[number])
        if keys is None:
            continue
        spans = [Span(name, name + len(NAMES[number]), NAME)]
        first = text.find(KEYS[0], name if not keys.name_key else place)
        brace = text.rfind("{", place, first)
        try:
            _, arguments_end = decoder.raw_decode(text, brace)
        except json.JSONDecodeError:
            continue
        spans.append(Span(brace, arguments_end, ARGUMENTS))
        id = text.find(IDS[number], place, end)
        if id >= 0:
            spans.append(Span(id, id + len(IDS[number]), ID))
        return FoundCall(place, end, tuple(sorted(spans, key=lambda span: span.start)), keys)
    return None


def _envelope_of(value: Any, name: str, id: str, path: tuple[str, ...] = ()) -> Envelope | None:
    if not isinstance(value, dict) or len(path) > 2:
        return None
    if value.get(name) == STRINGS:
        return Envelope("", "", path=path)
    names = [key for key, item in value.items() if item == name]
    arguments = [key for key, item in value.items() if item == STRINGS]
    if names and arguments:
        ids = [key for key, item in value.items() if item == id or (key.endswith("id") and str(item) == "0")]
        return Envelope(names[0], arguments[0], ids[0] if ids else "", path)
    for key, item in value.items():
        if (found := _envelope_of(item, name, id, (*path, key))) is not None:
            ids = [key for key, item in value.items() if item == id]
            return found if found.id_key or not ids else msgspec.structs.replace(found, id_key=ids[0])
    return None


def _arguments_span(text: str, start: int, kind: str, parameter: Parameter | None) -> Span | None:
    first = text.find(KEYS[0], start)
    last = text.find(VALUES[1], first)
    if first < 0 or last < 0:
        return None
    last += len(VALUES[1])
    if kind == "json":
        brace = text.rfind("{", start, first)
        if brace < 0:
            return None
        try:
            _, end = json.JSONDecoder().raw_decode(text, brace)
        except json.JSONDecodeError:
            return None
        return Span(brace, end, ARGUMENTS)
    if kind == "tagged" and parameter:
        before = parameter.start[0] if isinstance(parameter.start[0], str) else ""
        after = "".join(KEYS[1] if isinstance(part, Slot) else part for part in parameter.end)
        return Span(first - len(before), last + len(after), ARGUMENTS)
    # The closing quote belongs to the value, a quote in front of the first key to that.
    quoted = text[first + len(KEYS[0]) : text.find(VALUES[0], first)].lstrip()[1:].lstrip()
    return Span(first, last + len(quoted), ARGUMENTS)


def literals_of(text: str, call: FoundCall) -> tuple[str | Slot, ...]:
    """The literals between and around the call's slots."""
    parts: list[str | Slot] = []
    position = call.start
    for span in call.spans:
        parts += [text[position : span.start], span.slot]
        position = span.end
    parts.append(text[position : call.end])
    return tuple(parts)
