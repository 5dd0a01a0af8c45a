"""Merges JSON schemas that hold at once (allOf, and the siblings of $ref or anyOf)."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
ALL_TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
# How people write types who think in their programming language.
_ALIASES = {
    "dict": "object",
    "list": "array",
    "tuple": "array",
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
}
# Of two bounds the larger, or the smaller, holds both.
_LARGER = frozenset({"minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum"})
_SMALLER = frozenset({"maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum"})
_OF_OBJECTS = ("properties", "patternProperties", "additionalProperties")
_MOST_CHOICES = 24


class Merged:
    """The result of a merge: `schema` is None when nothing can satisfy both; `dropped` names what was let go."""

    def __init__(self) -> None:
        self.schema: Schema | None = {}
        self.dropped: list[str] = []

    def add(self, schema: Any) -> None:
        """Require another schema too. What cannot be combined is dropped, so the result is never narrower
        than both."""
        if schema is False:
            self.schema = None
        if self.schema is None or not isinstance(schema, dict):
            return
        merged = {key: value for key, value in self.schema.items() if key not in _OF_OBJECTS}
        for key, value in schema.items():
            if key in _OF_OBJECTS:
                continue
            merged[key] = self._both(key, merged[key], value) if key in merged else value
        merged |= _merged_objects(self.schema, schema)
        self.schema = None if merged.get("type") == [] or merged.get("enum") == [] else merged

    def _both(self, key: str, first: Any, second: Any) -> Any:
        if first == second and _kind(first) is _kind(second):
            return first
        if key == "type":
            return common_types(first, second)
        if key == "required" and isinstance(first, list) and isinstance(second, list):
            return [*first, *(name for name in second if name not in first)]
        if key in _LARGER | _SMALLER and _is_number(first) and _is_number(second):
            return max(first, second) if key in _LARGER else min(first, second)
        if key == "enum" and isinstance(first, list) and isinstance(second, list):
            return [value for value in first if any(same(value, other) for other in second)]
        if key in ("items", "propertyNames", "contains") and _is_schema(first) and _is_schema(second):
            return {"allOf": [first, second]}
        if key in ("anyOf", "oneOf") and isinstance(first, list) and isinstance(second, list):
            pairs = [{"allOf": [one, other]} for one in first for other in second]
            if len(pairs) <= _MOST_CHOICES:
                return pairs
        if key in ("$defs", "definitions") or key not in _CONSTRAINING:
            return first
        self.dropped.append(key)
        return first


_CONSTRAINING = frozenset(
    {"pattern", "format", "const", "anyOf", "oneOf", "items", "prefixItems", "not", "if", "multipleOf"}
)


def common_types(first: Any, second: Any) -> list[str]:
    """The types that are allowed by both; an integer is a number too."""
    one, other = types_of(first), types_of(second)
    both = [name for name in ALL_TYPES if name in one and name in other]
    for this, that in ((one, other), (other, one)):
        if "integer" in this and "number" in that and "integer" not in both and "number" not in both:
            both.append("integer")
    return both


def types_of(value: Any) -> list[str]:
    """What `type` names, without what says nothing new; all of them where it names none that is known."""
    names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    names = [_ALIASES.get(name, name) for name in names if isinstance(name, str)]
    known = [name for name in ALL_TYPES if name in names]
    if not known and value != []:
        known = list(ALL_TYPES)
    if "number" in known and "integer" in known:
        known.remove("integer")
    return known


def same(first: Any, second: Any) -> bool:
    """Equal in JSON's sense: 1 is 1.0, and true is not 1."""
    if _kind(first) is not _kind(second):
        return False
    if isinstance(first, list):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(same(first[key], second[key]) for key in first)
    return bool(first == second)


def _kind(value: Any) -> type:
    return float if _is_number(value) else type(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_schema(value: Any) -> bool:
    return isinstance(value, dict | bool)


def _merged_objects(first: Schema, second: Schema) -> Schema:
    """What is said of members, held against what the other schema says of the same names."""
    result: Schema = {}
    names = [
        *_part(first, "properties"),
        *(n for n in _part(second, "properties") if n not in _part(first, "properties")),
    ]
    if names:
        result["properties"] = {
            name: _conjunction(_for_name(first, name), _for_name(second, name)) for name in names
        }
    patterns = {**_part(first, "patternProperties")}
    for pattern, schema in _part(second, "patternProperties").items():
        patterns[pattern] = _conjunction(patterns[pattern], schema) if pattern in patterns else schema
    if patterns:
        result["patternProperties"] = patterns
    additional = _conjunction(
        first.get("additionalProperties", True), second.get("additionalProperties", True)
    )
    if additional is not True:
        result["additionalProperties"] = additional
    return result


def _part(schema: Schema, key: str) -> Schema:
    value = schema.get(key)
    return value if isinstance(value, dict) else {}


def _for_name(schema: Schema, name: str) -> Any:
    properties = _part(schema, "properties")
    if name in properties:
        return properties[name]
    return True if _part(schema, "patternProperties") else schema.get("additionalProperties", True)


def _conjunction(first: Any, second: Any) -> Any:
    if first is False or second is False:
        return False
    if first is True or first == {}:
        return second
    if second is True or second == {} or first == second:
        return first
    return {"allOf": [first, second]}
