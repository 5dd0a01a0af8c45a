"""Rule bodies for a document that has to satisfy its schema, whatever else satisfies it.

Where a grammar of arguments lets through more, this one lets through less: members come in the order in which they
are declared, undeclared ones where the schema speaks of them, and numbers between bounds have no exponent. A format
that is not known says nothing, as JSON Schema has it.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

from engine.formats.grammar.gbnf.decimals import decimal
from engine.formats.grammar.gbnf.objects import Member, in_given_order
from engine.formats.grammar.schema_merge import ALL_TYPES, Schema, common_types, same, types_of
from engine.formats.grammar.schema_numbers import decimal_bounds
from engine.formats.grammar.schema_types import SPEAKING, Flat, Kinds

_MOST_OPTIONS, _DEEPEST = 40, 3
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")

_CHECKED = frozenset({"minimum", "maximum", "minLength", "maxLength"})


class DocumentKinds(Kinds):
    """As Kinds, for one document of its own."""

    def body(self, schema: Schema, at: str) -> str | None:
        given = schema.get("type")
        for name in given if isinstance(given, list) else [given]:
            if name is not None and name not in ALL_TYPES:
                self._widen(at, f"the type {name} is not known")
        return super().body(schema, at)

    def unchecked(self, schema: Schema) -> list[str]:
        return sorted((SPEAKING & schema.keys()) - _CHECKED)

    def are_apart(self, options: list[Any], flat: Flat) -> bool:
        return len(options) <= _MOST_OPTIONS and all(
            exclude_each_other(one, other, flat) for one, other in combinations(options, 2)
        )

    def _number(self, schema: Schema, at: str) -> str | None:
        if not any(name in schema for name in _BOUNDS):
            return super()._number(schema, at)
        self._report_unenforced(schema, at, "multipleOf")
        return decimal(*decimal_bounds(schema))

    def _unknown_format(self, form: str, at: str) -> None:
        """Nothing is wrong with a text that has one."""

    def _ordered(self, members: list[Member], extra: str | None, at: str, *, at_least_one: bool) -> str:
        return in_given_order(
            self._rules, members, self._notation.separators, extra, at_least_one=at_least_one
        )

    def _additional(self, schema: Schema) -> Any:
        """None beside declared ones, unless the schema speaks of them: a model would not come to an end of them."""
        speaks = "additionalProperties" in schema or "unevaluatedProperties" in schema
        return super()._additional(schema) if speaks else not schema.get("properties")


def exclude_each_other(one: Any, other: Any, flat: Flat, depth: int = 0) -> bool:
    """Whether no value satisfies both, as far as types and given values tell, those of required members included."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return one is False or other is False
    one, other = flat(one), flat(other)
    if one is None or other is None or not common_types(_types(one), _types(other)):
        return True
    values = _given(one), _given(other)
    if values[0] is not None and values[1] is not None:
        return not any(same(value, each) for value in values[0] for each in values[1])
    if depth > _DEEPEST or not _types(one) == _types(other) == ["object"]:
        return False
    required = set(_names(one, "required")) & set(_names(other, "required"))
    return any(
        exclude_each_other(_member(one, name), _member(other, name), flat, depth + 1) for name in required
    )


def _types(schema: Schema) -> list[str]:
    given = _given(schema)
    return (
        types_of(schema.get("type")) if given is None else sorted({Kinds.type_of(value) for value in given})
    )


def _given(schema: Schema) -> list[Any] | None:
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    return values if isinstance(values, list) else None


def _names(schema: Schema, key: str) -> list[str]:
    names = schema.get(key)
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _member(schema: Schema, name: str) -> Any:
    properties = schema.get("properties")
    return properties.get(name, True) if isinstance(properties, dict) else True
