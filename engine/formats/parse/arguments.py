"""Coerces a call's arguments to the types of the tool's JSON schema.

Changes only what has one meaning: "3" becomes 3 where an integer is wanted and no string would do. What fits
no type stays as written; whoever runs the tool validates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from engine.formats.parse.literals import Literals, read_json, skip_space
from engine.formats.parse.strings import BrokenError, IncompleteError
from engine.formats.parse.tool_schema import Schema, ToolSchema, kind_of, same
from engine.formats.tools import parameters_by_name

_INTEGER = re.compile(r"[+-]?\d{1,400}")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?")
_BOOLEANS = {"true": True, "false": False}
_NULLS = ("null", "none")
# Under which some models put all arguments together.
_WRAPPERS = frozenset({"arguments", "parameters", "properties", "input", "args"})
_MAX_DEPTH = 60
_MISSING = object()
# Reads a text by the schema of the argument with this name.
Reader = Callable[[str, Schema, str], Any]


def parameters_of(tools: Sequence[Mapping[str, Any]]) -> dict[str, Schema]:
    """The schema of the arguments of each tool by its name, empty where it has none."""
    return {
        name: schema if isinstance(schema, Mapping) else {}
        for name, schema in parameters_by_name(tools).items()
    }


class Typing:
    """Types the arguments of one call. `coercions` says what was changed: "count: string to integer"."""

    def __init__(self, schema: Schema | None) -> None:
        self._schema = ToolSchema(schema or {})
        self._variant: Schema | None = None  # the branch that the arguments fit, where the schema is a union
        self.coercions: list[str] = []

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that the schema has for arguments."""
        return self._schema.names(self._schema.root)

    @cached_property
    def keys(self) -> frozenset[str] | None:
        """The names that arguments may have, None when there may be others."""
        return self.names if self._schema.is_closed(self._schema.root) else None

    def typed(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Arguments that came with types, as in JSON."""
        arguments = self.taken_out(arguments)
        variant = self._fitting(self._schema.root, arguments)
        return {
            key: self._value(value, self._schema.member(self._schema.root, key, variant), key, 0)
            for key, value in arguments.items()
        }

    def taken_out(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments themselves where all of them stand under a name that the tool does not know."""
        if len(arguments) != 1:
            return arguments
        ((key, value),) = arguments.items()
        if not self._wraps(key):
            return arguments
        inner = _parsed(value.strip()) if isinstance(value, str) else value
        return self.typed(inner) if isinstance(inner, dict) else arguments

    def _wraps(self, key: str) -> bool:
        """Whether all arguments may stand under this name, which is none of the tool's own."""
        return key in _WRAPPERS and (keys := self.keys) is not None and key not in keys

    def is_open(self, key: str) -> bool:
        """Whether only the other arguments say what becomes of this one."""
        root = self._schema.root
        first, *others = (
            self._schema.member(root, key, variant) for variant in self._schema.variants(root, "object")
        )
        return self._wraps(key) or any(other != first for other in others)

    def takes(self, arguments: dict[str, Any]) -> bool:
        """Whether the tool has all these arguments, of the types they have, and needs no others."""
        root = self._schema.root
        variant = self._fitting(root, arguments)
        return self.names >= arguments.keys() and not self._misfits(root, variant, arguments)

    def settle(self, texts: dict[str, str]) -> None:
        """Read further bare texts as that branch of a union allows which all arguments fit."""
        self._variant = self._fitting(self._schema.root, texts, self.value_of_text)

    def _fitting(self, schema: Schema, members: dict[str, Any], read: Reader | None = None) -> Schema:
        """The first branch that an object with these members fits best."""
        variants = self._schema.variants(schema, "object")
        if len(variants) == 1:
            return variants[0]
        told = len(self.coercions)
        misfits = [self._misfits(schema, variant, members, read) for variant in variants]
        del self.coercions[told:]
        return variants[misfits.index(min(misfits))]

    def _misfits(
        self, schema: Schema, variant: Schema, members: dict[str, Any], read: Reader | None = None
    ) -> int:
        """How many of these members fit this branch in no way, or are missing."""
        found = 0
        for key, value in members.items():
            member = self._schema.member(schema, key, variant)
            value = read(value, member, key) if read else self._coerced(value, member)
            found += not self._schema.allows(member, value)
        return found + sum(key not in members for key in self._schema.required(schema, variant))

    def from_text(self, key: str, text: str) -> Any:
        """An argument that was written as bare text: a string as it is, anything else as JSON or Python."""
        return self.value_of_text(text, self.schema_of(key), key)

    def schema_of(self, key: str) -> Schema:
        return self._schema.member(self._schema.root, key, self._variant)

    def member(self, schema: Schema, key: str) -> Schema:
        return self._schema.member(schema, key)

    def item(self, schema: Schema, index: int) -> Schema:
        return self._schema.item(schema, index)

    def value_of_text(self, text: str, schema: Schema, path: str) -> Any:
        kinds = self._schema.kinds(schema)
        options = self._schema.options(schema)
        if options is not None:
            if text in options:
                return text
            value = _parsed(text)
            if value is not _MISSING and any(same(value, option) for option in options):
                return value
        if kinds == {"string"}:
            return text
        bare = text.strip()
        if kinds is None:
            value = _parsed(bare)
            return text if value is _MISSING or isinstance(value, str) else value
        for kind in ("null", "boolean", "integer", "number", "array", "object"):
            if kind in kinds:
                value = _as_kind(bare, kind)
                if value is not _MISSING:
                    return self._value(value, schema, path, 0)
        if "string" not in kinds and isinstance(inner := _parsed(bare), str) and inner != text:
            return self.value_of_text(inner, schema, path)
        return text

    def empty(self, schema: Schema) -> list[Any] | dict[str, Any] | None:
        """The empty array or object that stands where nothing does, None where a text or no value may stand."""
        kinds = self._schema.kinds(schema) or {"string"}
        if {"string", "null"} & kinds:
            return None
        return [] if "array" in kinds else {} if "object" in kinds else None

    def keeps_text(self, key: str, *, stated: bool) -> bool:
        """Whether a text stays what it is as this argument, whatever it says. `stated`: its format says that it is a
        string.
        """
        schema = self.schema_of(key)
        kinds = self._schema.kinds(schema)
        if stated:
            return kinds is None or "string" in kinds
        return kinds == {"string"} and self._schema.options(schema) is None

    def converted(self, key: str, value: Any) -> Any:
        """An argument whose dialect states its type."""
        return self._value(value, self.schema_of(key), key, 0)

    def _value(self, value: Any, schema: Schema, path: str, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            return value
        changed = self._coerced(value, schema)
        if changed is not value:
            self.coercions.append(f"{path}: {kind_of(value)} to {kind_of(changed)}")
        if isinstance(changed, dict):
            variant = self._fitting(schema, changed)
            return {
                key: self._value(item, self._schema.member(schema, key, variant), f"{path}.{key}", depth + 1)
                for key, item in changed.items()
            }
        if isinstance(changed, list):
            return [
                self._value(item, self._schema.item(schema, index), f"{path}[{index}]", depth + 1)
                for index, item in enumerate(changed)
            ]
        return changed

    def _coerced(self, value: Any, schema: Schema) -> Any:
        kinds, kind = self._schema.kinds(schema), kind_of(value)
        if kinds is None or kind in kinds or (kind == "integer" and "number" in kinds):
            return value
        options = self._schema.options(schema)
        if options is not None and any(same(value, option) for option in options):
            return value
        if kind == "number" and "integer" in kinds and value.is_integer():
            return int(value)
        if kind == "string":
            for wanted in ("integer", "number", "boolean", "null", "array", "object"):
                if wanted in kinds and (changed := _as_kind(value.strip(), wanted)) is not _MISSING:
                    return changed
        elif "string" in kinds and kind in ("integer", "number", "boolean"):
            return json.dumps(value)
        return value


def _as_kind(text: str, kind: str) -> Any:
    """The text read as this JSON type, `_MISSING` when it is none."""
    if kind == "null":
        return None if text.lower() in _NULLS else _MISSING
    if kind == "boolean":
        return _BOOLEANS.get(text.lower(), _MISSING)
    if kind == "integer":
        if _INTEGER.fullmatch(text):
            return int(text)
        if _NUMBER.fullmatch(text) and (number := float(text)).is_integer():
            return int(number)
        return _MISSING
    if kind == "number":
        if _INTEGER.fullmatch(text):
            return int(text)
        return float(text) if _NUMBER.fullmatch(text) and abs(float(text)) < float("inf") else _MISSING
    value = _parsed(text) if text[:1] in ("{" if kind == "object" else "[({") else _MISSING
    return value if kind_of(value) == kind else _MISSING


def _parsed(text: str) -> Any:
    """The whole text as one JSON or Python value."""
    padded = text + " "
    for read in (read_json, lambda text, position: Literals(text, python=True).read(position)):
        try:
            found = read(padded, 0)
        except (IncompleteError, BrokenError):
            continue
        if skip_space(padded, found.end) == len(padded):
            return found.value
    return _MISSING
