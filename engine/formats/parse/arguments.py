"""Coerces a call's arguments to the types of the tool's JSON schema.

Changes only what has one meaning: "3" becomes 3 where an integer is wanted and no string would do. What fits
no type stays as written; whoever runs the tool validates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.formats.parse.literals import BrokenError, IncompleteError, Literals, read_json, skip_space
from engine.formats.tools import parameters_by_name

Schema = Mapping[str, Any]
_INTEGER = re.compile(r"[+-]?\d{1,400}")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?")
_BOOLEANS = {"true": True, "false": False}
_NULLS = ("null", "none")
# How words begin that schemas use for the types of JSON besides its own: those of programming languages.
_TYPE_WORDS = {
    **dict.fromkeys(("str", "text", "char"), "string"),
    **dict.fromkeys(("int", "uint", "long", "short"), "integer"),
    **dict.fromkeys(("float", "double", "num", "decimal"), "number"),
    **dict.fromkeys(("bool",), "boolean"),
    **dict.fromkeys(("dict", "map", "obj"), "object"),
    **dict.fromkeys(("list", "tuple", "arr"), "array"),
}
# Under which some models put all arguments together.
_WRAPPERS = frozenset({"arguments", "parameters", "properties", "input", "args"})
_MAX_DEPTH = 60
_MAX_REFERENCES = 16
_MISSING = object()


def parameters_of(tools: Sequence[Mapping[str, Any]]) -> dict[str, Schema]:
    """The schema of the arguments of each tool by its name, empty where it has none."""
    return {
        name: schema if isinstance(schema, Mapping) else {}
        for name, schema in parameters_by_name(tools).items()
    }


class Typing:
    """Types the arguments of one call. `coercions` says what was changed: "count: string to integer"."""

    def __init__(self, schema: Schema | None) -> None:
        self._root: Schema = schema or {}
        self.coercions: list[str] = []

    @property
    def keys(self) -> frozenset[str] | None:
        """The names that arguments may have, None when there may be others."""
        root = self._resolved(self._root)
        properties = root.get("properties")
        if not isinstance(properties, Mapping) or root.get("additionalProperties"):
            return None
        return frozenset(map(str, properties))

    def typed(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Arguments that came with types, as in JSON."""
        arguments = self.taken_out(arguments)
        return {
            key: self._value(value, schema, key, 0)
            for key, value in arguments.items()
            for schema in [self.member(self._root, key)]
        }

    def taken_out(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments themselves where all of them stand under a name that the tool does not know."""
        if len(arguments) != 1:
            return arguments
        ((key, value),) = arguments.items()
        if not self.wraps(key):
            return arguments
        inner = _parsed(value.strip()) if isinstance(value, str) else value
        return self.typed(inner) if isinstance(inner, dict) else arguments

    def wraps(self, key: str) -> bool:
        """Whether all arguments may stand under this name, which is none of the tool's own."""
        return key in _WRAPPERS and (keys := self.keys) is not None and key not in keys

    def from_text(self, key: str, text: str) -> Any:
        """An argument that was written as bare text: a string as it is, anything else as JSON or Python."""
        return self.value_of_text(text, self.schema_of(key), key)

    def schema_of(self, key: str) -> Schema:
        return self.member(self._root, key)

    def value_of_text(self, text: str, schema: Schema, path: str) -> Any:
        kinds = self._kinds(schema)
        options = self._options(schema)
        if options is not None:
            if text in options:
                return text
            value = _parsed(text)
            if value is not _MISSING and any(_same(value, option) for option in options):
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
        kinds = self._kinds(schema) or {"string"}
        if {"string", "null"} & kinds:
            return None
        return [] if "array" in kinds else {} if "object" in kinds else None

    def keeps_text(self, key: str, *, stated: bool) -> bool:
        """Whether a text stays what it is as this argument, whatever it says. `stated`: its format says that it is a
        string.
        """
        schema = self.schema_of(key)
        kinds = self._kinds(schema)
        if stated:
            return kinds is None or "string" in kinds
        return kinds == {"string"} and self._options(schema) is None

    def converted(self, key: str, value: Any) -> Any:
        """An argument whose dialect states its type."""
        return self._value(value, self.member(self._root, key), key, 0)

    def _value(self, value: Any, schema: Schema, path: str, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            return value
        kinds = self._kinds(schema)
        changed = self._coerced(value, kinds, schema)
        if changed is not value:
            self.coercions.append(f"{path}: {_kind(value)} to {_kind(changed)}")
        if isinstance(changed, dict):
            inner = self._variant(schema, "object")
            return {
                key: self._value(item, self.member(inner, key), f"{path}.{key}", depth + 1)
                for key, item in changed.items()
            }
        if isinstance(changed, list):
            inner = self._variant(schema, "array")
            return [
                self._value(item, self.item(inner, index), f"{path}[{index}]", depth + 1)
                for index, item in enumerate(changed)
            ]
        return changed

    def _coerced(self, value: Any, kinds: set[str] | None, schema: Schema) -> Any:
        kind = _kind(value)
        if kinds is None or kind in kinds or (kind == "integer" and "number" in kinds):
            return value
        options = self._options(schema)
        if options is not None and any(_same(value, option) for option in options):
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

    def _resolved(self, schema: Any) -> Schema:
        """The schema behind its local references."""
        for _ in range(_MAX_REFERENCES):
            reference = schema.get("$ref") if isinstance(schema, Mapping) else None
            if not isinstance(reference, str) or not reference.startswith("#"):
                break
            schema = self._root
            for part in reference[1:].split("/")[1:]:
                name = part.replace("~1", "/").replace("~0", "~")
                schema = schema.get(name, {}) if isinstance(schema, Mapping) else {}
        return schema if isinstance(schema, Mapping) else {}

    def _branches(self, schema: Schema, seen: frozenset[int] = frozenset()) -> list[Schema]:
        """The alternatives of a union, references resolved; `seen` are those that refer to it."""
        schema = self._resolved(schema)
        if id(schema) in seen:
            return []
        unions = [schema[key] for key in ("anyOf", "oneOf") if isinstance(schema.get(key), list)]
        if not unions:
            return [schema]
        seen |= {id(schema)}
        return [branch for union in unions for item in union for branch in self._branches(item, seen)]

    def _kinds(self, schema: Schema, seen: frozenset[int] = frozenset()) -> set[str] | None:
        """The JSON types that are allowed, None for any."""
        kinds: set[str] = set()
        for branch in self._branches(schema, seen):
            found = self._own_kinds(branch, seen)
            if found is None:
                return None
            kinds |= found
        if self._resolved(schema).get("nullable") is True:
            kinds.add("null")
        return kinds

    def _own_kinds(self, branch: Schema, seen: frozenset[int] = frozenset()) -> set[str] | None:
        kind = branch.get("type")
        if isinstance(kind, str):
            return {_json_type(kind)}
        if isinstance(kind, list) and kind:
            return {_json_type(str(word)) for word in kind}
        options = self._options(branch)
        if options:
            return {_kind(option) for option in options}
        for part in branch.get("allOf") or ():
            if found := self._kinds(part, seen | {id(branch)}):
                return found
        if "properties" in branch:
            return {"object"}
        return {"array"} if "items" in branch else None

    def _options(self, schema: Schema) -> list[Any] | None:
        options: list[Any] = []
        for branch in self._branches(schema):
            if "const" in branch:
                options.append(branch["const"])
            elif isinstance(branch.get("enum"), list):
                options += branch["enum"]
        return options or None

    def _variant(self, schema: Schema, kind: str) -> Schema:
        """The branch of a union that describes this type."""
        branches = self._branches(schema)
        for branch in branches:
            if kind in (self._own_kinds(branch) or ()):
                return branch
        return branches[0] if branches else {}

    def member(self, schema: Schema, key: str) -> Schema:
        """The schema of one member of an object."""
        schema = self._variant(schema, "object")
        schema = self._resolved(schema)
        for part in (schema, *map(self._resolved, schema.get("allOf") or ())):
            properties = part.get("properties")
            if isinstance(properties, Mapping) and key in properties:
                return self._resolved(properties[key])
        return self._resolved(schema.get("additionalProperties"))

    def item(self, schema: Schema, index: int) -> Schema:
        """The schema of one item of an array."""
        schema = self._variant(schema, "array")
        first = schema.get("prefixItems")
        if isinstance(first, list) and index < len(first):
            return self._resolved(first[index])
        return self._resolved(schema.get("items"))


def _json_type(word: str) -> str:
    """The type of JSON that a schema means."""
    return next((kind for start, kind in _TYPE_WORDS.items() if word.lower().startswith(start)), word)


def _kind(value: Any) -> str:
    for kind, types in (("boolean", bool), ("integer", int), ("number", float), ("string", str)):
        if isinstance(value, types):
            return kind
    return "object" if isinstance(value, dict) else "array" if isinstance(value, list) else "null"


def _same(left: Any, right: Any) -> bool:
    return bool(left == right) and _kind(left) == _kind(right)


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
    if text[:1] != ("{" if kind == "object" else "["):
        return _MISSING
    return _parsed(text)


def _parsed(text: str) -> Any:
    """The whole text as one JSON or Python value."""
    padded = text + " "
    for read in (read_json, lambda text, position: Literals(text).read(position)):
        try:
            found = read(padded, 0)
        except (IncompleteError, BrokenError):
            continue
        if skip_space(padded, found.end) == len(padded):
            return found.value
    return _MISSING
