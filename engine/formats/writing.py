"""Writes calls in a dialect, for histories whose template does not, and for parser tests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from engine.formats.dialect import ARGUMENTS, ID, INDEX, KEY, NAME, TYPE, Dialect, Parameter, Pattern
from engine.formats.values import Piece


class WrittenCall(msgspec.Struct, frozen=True):
    name: str
    arguments: Mapping[str, Any] | str
    id: str = ""


def write_calls(dialect: Dialect, calls: Sequence[WrittenCall]) -> tuple[Piece, ...]:
    """The text of the calls, the dialect's own marks apart from names and values. Arguments that are a text
    are written as they are.
    """
    pieces = [Piece(dialect.section_start, True)]
    for number, call in enumerate(calls):
        if number:
            pieces.append(Piece(dialect.separator, True))
        pieces += _call(dialect, call, number)
    pieces.append(Piece(dialect.section_end, True))
    return tuple(piece for piece in pieces if piece.text)


def written(dialect: Dialect, calls: Sequence[WrittenCall]) -> str:
    return "".join(piece.text for piece in write_calls(dialect, calls))


def example_call(dialect: Dialect) -> str:
    """A call as this model would write it, to be shown."""
    return written(dialect, [WrittenCall("get_weather", {"city": "Seoul", "days": 3}, "a1b2c3d4e")]).strip()


def _call(dialect: Dialect, call: WrittenCall, number: int) -> list[Piece]:
    texts = {NAME: call.name, ID: call.id, INDEX: str(dialect.first_index + number)}
    pieces: list[Piece] = []
    for part in dialect.call:
        if isinstance(part, str):
            pieces.append(Piece(part, True))
        elif part is ARGUMENTS:
            pieces += _arguments(dialect, call.arguments)
        else:
            pieces.append(Piece(texts[part], False))
    return pieces


def _arguments(dialect: Dialect, arguments: Mapping[str, Any] | str) -> list[Piece]:
    if isinstance(arguments, str):
        return [Piece(arguments, False)]
    if dialect.arguments == "tagged" and dialect.parameter:
        return [
            piece for key, value in arguments.items() for piece in _parameter(dialect.parameter, key, value)
        ]
    if dialect.arguments == "pythonic":
        return [Piece(", ".join(f"{key}={value!r}" for key, value in arguments.items()), False)]
    if dialect.arguments == "braced":
        text = ",".join(f"{key}:{_braced(value, dialect.quote)}" for key, value in arguments.items())
        return [Piece(text, False)]
    return [Piece(json.dumps(arguments, ensure_ascii=False), False)]


def _parameter(parameter: Parameter, key: str, value: Any) -> list[Piece]:
    kind = _kind(value)
    texts = {KEY: key, TYPE: parameter.types.get(kind, kind)}

    def marks(pattern: Pattern) -> list[Piece]:
        return [Piece(part, True) if isinstance(part, str) else Piece(texts[part], False) for part in pattern]

    return [*marks(parameter.start), *_value(parameter, value), *marks(parameter.end)]


def _value(parameter: Parameter, value: Any) -> list[Piece]:
    if isinstance(value, str):
        return [Piece(value, False)]
    if isinstance(value, dict | list):
        if parameter.nested == "elements":
            members = value.items() if isinstance(value, dict) else (("item", item) for item in value)
            return [piece for key, item in members for piece in _parameter(parameter, key, item)]
        if parameter.nested == "python":
            return [Piece(repr(value), False)]
    elif parameter.literals == "python":
        return [Piece(str(value), False)]
    return [Piece(json.dumps(value, ensure_ascii=False), False)]


def _braced(value: Any, quote: str) -> str:
    if isinstance(value, str):
        return f"{quote}{value}{quote}"
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{_braced(item, quote)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_braced(item, quote) for item in value) + "]"
    return json.dumps(value)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    kinds = ((str, "string"), (int | float, "number"), (dict, "object"), (list, "array"))
    return next((name for types, name in kinds if isinstance(value, types)), "null")
