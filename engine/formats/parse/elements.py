"""Reads the members of objects and the items of arrays that are written as elements, as their arguments are."""

from __future__ import annotations

from typing import Any

from engine.formats.dialect import KEY, Parameter
from engine.formats.parse.arguments import Typing
from engine.formats.parse.patterns import CompiledPattern
from engine.formats.parse.strings import IncompleteError
from engine.formats.parse.tool_schema import Schema

_MAX_DEPTH = 50


class Elements:
    """The elements between the marks of one parameter."""

    def __init__(self, parameter: Parameter) -> None:
        self._parameter = parameter
        self._start = CompiledPattern(parameter.start)

    def value(self, raw: str, typing: Typing, schema: Schema, path: str, depth: int = 0) -> Any:
        """An object, an array where all elements are items, or what is written as text. A name that comes more than
        once is that of an array.
        """
        nested = depth < _MAX_DEPTH and raw.lstrip().startswith(self._start.first)
        members = self._members(raw) if nested else None
        if not members:
            empty = typing.empty(schema) if not raw.strip() else None
            return typing.value_of_text(raw, schema, path) if empty is None else empty
        if all(key == "item" for key, _ in members) and typing.empty(schema) != {}:
            return self._array([inner for _, inner in members], typing, schema, path, depth)
        texts: dict[str, list[str]] = {}
        for key, inner in members:
            texts.setdefault(key, []).append(inner)
        return {
            key: self.value(same[0], typing, typing.member(schema, key), f"{path}.{key}", depth + 1)
            if len(same) == 1
            else self._array(same, typing, typing.member(schema, key), f"{path}.{key}", depth + 1)
            for key, same in texts.items()
        }

    def _array(self, items: list[str], typing: Typing, schema: Schema, path: str, depth: int) -> list[Any]:
        return [
            self.value(inner, typing, typing.item(schema, number), f"{path}[{number}]", depth + 1)
            for number, inner in enumerate(items)
        ]

    def _members(self, raw: str) -> list[tuple[str, str]] | None:
        """The elements that `raw` consists of, None when it has other text in it."""
        found: list[tuple[str, str]] = []
        position = 0
        while raw[position:].strip():
            try:
                start = self._start.match(raw, position)
            except IncompleteError:
                return None
            end = start and self._end(raw, start.end, start.slots[KEY])
            if not start or not end:
                return None
            found.append((start.slots[KEY], raw[start.end : end[0]]))
            position = end[1]
        return found

    def _end(self, raw: str, position: int, key: str) -> tuple[int, int] | None:
        """The closing tag of an element, past those of the same name inside it."""
        opening, closing = (
            "".join(key if part is KEY else str(part) for part in pattern).strip()
            for pattern in (self._parameter.start, self._parameter.end)
        )
        depth = 1
        while depth:
            next_closing = raw.find(closing, position)
            if next_closing < 0:
                return None
            next_opening = raw.find(opening, position, next_closing)
            depth += 1 if next_opening >= 0 else -1
            position = (next_opening + len(opening)) if next_opening >= 0 else (next_closing + len(closing))
        return position - len(closing), position
