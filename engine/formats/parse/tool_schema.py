"""Reads a tool's JSON schema as far as typing its arguments needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

Schema = Mapping[str, Any]
# How words begin that schemas use for the types of JSON besides its own: those of programming languages.
_TYPE_WORDS = {
    **dict.fromkeys(("str", "text", "char"), "string"),
    **dict.fromkeys(("int", "uint", "long", "short"), "integer"),
    **dict.fromkeys(("float", "double", "num", "decimal"), "number"),
    **dict.fromkeys(("bool",), "boolean"),
    **dict.fromkeys(("dict", "map", "obj"), "object"),
    **dict.fromkeys(("list", "tuple", "arr"), "array"),
}
_MAX_REFERENCES = 16


def kind_of(value: Any) -> str:
    """The type of a value in the words of JSON Schema."""
    for kind, types in (("boolean", bool), ("integer", int), ("number", float), ("string", str)):
        if isinstance(value, types):
            return kind
    return "object" if isinstance(value, dict) else "array" if isinstance(value, list) else "null"


def same(left: Any, right: Any) -> bool:
    """Whether two values are equal in JSON."""
    return bool(left == right) and kind_of(left) == kind_of(right)


class ToolSchema:
    """The schema of one tool's arguments; the schemas within it refer to `root`."""

    def __init__(self, root: Schema) -> None:
        self.root = root

    def resolved(self, schema: Any) -> Schema:
        """The schema behind its local references."""
        for _ in range(_MAX_REFERENCES):
            reference = schema.get("$ref") if isinstance(schema, Mapping) else None
            if not isinstance(reference, str) or not reference.startswith("#"):
                break
            schema = self.root
            for part in reference[1:].split("/")[1:]:
                name = part.replace("~1", "/").replace("~0", "~")
                schema = schema.get(name, {}) if isinstance(schema, Mapping) else {}
        return schema if isinstance(schema, Mapping) else {}

    def branches(self, schema: Schema, seen: frozenset[int] = frozenset()) -> list[Schema]:
        """The alternatives of a union, references resolved; `seen` are those that refer to it."""
        schema = self.resolved(schema)
        if id(schema) in seen:
            return []
        unions = [schema[key] for key in ("anyOf", "oneOf") if isinstance(schema.get(key), list)]
        if not unions:
            return [schema]
        seen |= {id(schema)}
        return [branch for union in unions for item in union for branch in self.branches(item, seen)]

    def kinds(self, schema: Schema, seen: frozenset[int] = frozenset()) -> set[str] | None:
        """The JSON types that are allowed, None for any."""
        schema = self.resolved(schema)
        kinds: set[str] = set()
        for branch in [schema] if "type" in schema else self.branches(schema, seen):
            found = self._own_kinds(branch, seen)
            if found is None:
                return None
            kinds |= found
        if schema.get("nullable") is True:
            kinds.add("null")
        return kinds

    def _own_kinds(self, branch: Schema, seen: frozenset[int] = frozenset()) -> set[str] | None:
        kind = branch.get("type")
        if isinstance(kind, str):
            return {_json_type(kind)}
        if isinstance(kind, list) and kind:
            return {_json_type(str(word)) for word in kind}
        options = self.options(branch)
        if options:
            return {kind_of(option) for option in options}
        for part in branch.get("allOf") or ():
            if found := self.kinds(part, seen | {id(branch)}):
                return found
        if "properties" in branch:
            return {"object"}
        return {"array"} if "items" in branch else None

    def options(self, schema: Schema) -> list[Any] | None:
        """The only values that are allowed, None for any."""
        options: list[Any] = []
        for branch in self.branches(schema):
            if "const" in branch:
                options.append(branch["const"])
            elif isinstance(branch.get("enum"), list):
                options += branch["enum"]
        return options or None

    def allows(self, schema: Schema, value: Any) -> bool:
        """Whether a value is of an allowed type or one of the only values allowed, whatever its members are."""
        options, kinds, kind = self.options(schema), self.kinds(schema), kind_of(value)
        if options is not None and not any(same(value, option) for option in options):
            return False
        return kinds is None or kind in kinds or (kind == "integer" and "number" in kinds)

    def variants(self, schema: Schema, kind: str) -> list[Schema]:
        """The branches of a union that describe this type; all of them where none says so."""
        branches = self.branches(schema)
        return [branch for branch in branches if kind in (self._own_kinds(branch) or ())] or branches or [{}]

    def names(self, schema: Schema) -> frozenset[str]:
        """The members that an object of this schema is known to have."""
        parts = [part for branch in self.variants(schema, "object") for part in self._parts(schema, branch)]
        return frozenset(str(name) for part in parts for name in _properties(part))

    def is_closed(self, schema: Schema) -> bool:
        """Whether an object of this schema has the members alone that it names."""
        parts = [part for branch in self.variants(schema, "object") for part in self._parts(schema, branch)]
        return any(map(_properties, parts)) and not any(part.get("additionalProperties") for part in parts)

    def member(self, schema: Schema, key: str, variant: Schema | None = None) -> Schema:
        """The schema of one member of an object, which is of this variant, of the first one if None."""
        parts = list(self._parts(schema, variant or self.variants(schema, "object")[0]))
        for part in parts:
            if key in (properties := _properties(part)):
                return self.resolved(properties[key])
        others = (part["additionalProperties"] for part in parts if "additionalProperties" in part)
        return self.resolved(next(others, None))

    def required(self, schema: Schema, variant: Schema) -> list[str]:
        """The members that an object of this variant must have."""
        lists = (part.get("required") for part in self._parts(schema, variant))
        return [name for names in lists if isinstance(names, list) for name in names if isinstance(name, str)]

    def item(self, schema: Schema, index: int) -> Schema:
        """The schema of one item of an array."""
        schema = self.variants(schema, "array")[0]
        first = schema.get("prefixItems")
        if isinstance(first, list) and index < len(first):
            return self.resolved(first[index])
        return self.resolved(schema.get("items"))

    def _parts(self, schema: Schema, variant: Schema) -> Iterator[Schema]:
        """What holds at once for an object of this variant: itself, its union, and what they consist of."""
        whole = self.resolved(schema)
        for part in (variant,) if variant is whole else (variant, whole):
            yield part
            yield from map(self.resolved, part.get("allOf") or ())


def _properties(schema: Schema) -> Schema:
    properties = schema.get("properties")
    return properties if isinstance(properties, Mapping) else {}


@lru_cache(128)
def _json_type(word: str) -> str:
    """The type of JSON that a schema means."""
    return next((kind for start, kind in _TYPE_WORDS.items() if word.lower().startswith(start)), word)
