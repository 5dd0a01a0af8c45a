"""Random schemas: what satisfies one (as the jsonschema library sees it) is let through by its grammar."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.formats.grammar.schema_grammar import schema_grammar
from tests.engine.formats.grammar.test_schema_grammar import layouts
from tests.support.grammar_judge import Judge

_NAMES = st.sampled_from(["a", "ab", "b", "é", "n 1", 'q"', "x/y", ""])
# The starter model's vocabulary, with which the judge reads, lacks the bytes of the higher planes.
_CHARACTERS = st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]) | st.sampled_from('😀"\\/\n<é한')
_TEXTS = st.text(_CHARACTERS, max_size=6)
# 1.0 satisfies what 1 does, but a grammar offers an integer as digits.
_FLOATS = st.floats(-1e9, 1e9).filter(lambda number: not number.is_integer())
_SCALARS = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | _FLOATS | _TEXTS
_ANY = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=1),
    max_leaves=6,
)


@st.composite
def _integers(draw: st.DrawFn) -> Any:
    low = draw(st.none() | st.integers(-2000, 2000))
    high = draw(st.none() | st.integers(low if low is not None else -2000, 3000))
    bounds = {"minimum": low, "maximum": high}
    return {"type": "integer", **{key: value for key, value in bounds.items() if value is not None}}


@st.composite
def _strings(draw: st.DrawFn) -> Any:
    low = draw(st.integers(0, 3))
    plain = {"type": "string", "minLength": low, "maxLength": draw(st.integers(low, 6))}
    pattern = draw(
        st.sampled_from(["^[a-z]+$", "b", "^(a|bc)*d?$", "^[0-9]{2,3}(-[0-9])?", "[^ ]$", "^[^a]{1,3}$"])
    )
    return draw(st.sampled_from([{"type": "string"}, plain, {"type": "string", "pattern": pattern}]))


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    @st.composite
    def objects(draw: st.DrawFn) -> Any:
        properties = draw(st.dictionaries(_NAMES, inner, max_size=8))
        schema = {"type": "object", "properties": properties}
        if properties:
            schema["required"] = draw(st.lists(st.sampled_from(sorted(properties)), unique=True))
        if draw(st.booleans()):
            schema["additionalProperties"] = draw(st.booleans() | inner)
        return schema

    return objects()


def _arrays(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    @st.composite
    def arrays(draw: st.DrawFn) -> Any:
        low = draw(st.integers(0, 2))
        schema: Any = {"type": "array", "items": draw(inner), "minItems": low}
        if draw(st.booleans()):
            schema["maxItems"] = draw(st.integers(low, 4))
        if draw(st.booleans()):
            schema["prefixItems"] = draw(st.lists(inner, min_size=1, max_size=3))
        return schema

    return arrays()


def _combined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    pairs = st.lists(inner, min_size=1, max_size=3)
    return st.builds(lambda key, parts: {key: parts}, st.sampled_from(["anyOf", "oneOf", "allOf"]), pairs)


_LEAVES = (
    st.sampled_from(
        [{}, True, {"type": "null"}, {"type": "boolean"}, {"type": "number"}, {"type": ["string", "null"]}]
    )
    | _integers()
    | _strings()
    | st.builds(lambda values: {"enum": values}, st.lists(_ANY, min_size=1, max_size=4))
    | st.builds(lambda value: {"const": value}, _ANY)
    | st.just({"$ref": "#/$defs/shared"})
)
_SCHEMAS = st.recursive(
    _LEAVES, lambda inner: _objects(inner) | _arrays(inner) | _combined(inner), max_leaves=8
)


@st.composite
def _instance(draw: st.DrawFn, schema: Any, shared: Any, depth: int = 0) -> Any:
    """A value made for the schema; most of them satisfy it."""
    if not isinstance(schema, dict) or not schema or depth > 5:
        return draw(_ANY)
    again = lambda part: draw(_instance(part, shared, depth + 1))  # noqa: E731
    if "$ref" in schema:
        return again(shared)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return again(draw(st.sampled_from(schema[key])))
    kind = schema.get("type")
    if kind == "object":
        names = [
            name for name in schema["properties"] if name in schema.get("required", []) or draw(st.booleans())
        ]
        value = {name: again(schema["properties"][name]) for name in draw(st.permutations(names))}
        additional = schema.get("additionalProperties", True)
        if additional is not False and draw(st.booleans()):
            value.setdefault(draw(_NAMES | st.text(_CHARACTERS, max_size=3)), again(additional))
        return value
    if kind == "array":
        count = draw(st.integers(schema["minItems"], schema.get("maxItems", schema["minItems"] + 2)))
        prefix = schema.get("prefixItems", [])
        return [again(prefix[index] if index < len(prefix) else schema["items"]) for index in range(count)]
    if kind == "integer":
        return draw(
            st.integers(schema.get("minimum"), schema.get("maximum")).filter(lambda n: abs(n) < 10**19)
        )
    if "pattern" in schema:
        return draw(
            st.from_regex(schema["pattern"], alphabet=_CHARACTERS).filter(
                lambda text: len(text) < 12 and "\n" not in text
            )
        )
    if kind == "string":
        return draw(
            st.text(_CHARACTERS, min_size=schema.get("minLength", 0), max_size=schema.get("maxLength", 6))
        )
    return draw({"null": st.none(), "boolean": st.booleans(), "number": _FLOATS}.get(str(kind), _SCALARS))


def _with_shared(schema: Any, shared: Any) -> Any:
    return {**schema, "$defs": {"shared": shared}} if isinstance(schema, dict) else schema


_SHARED = _SCHEMAS.filter(lambda schema: "$ref" not in json.dumps(schema))


def schemas() -> st.SearchStrategy[Any]:
    """Schemas that are documents of their own."""
    return st.builds(_with_shared, _SCHEMAS, _SHARED)


@st.composite
def _pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    shared, schema = draw(_SHARED), draw(_SCHEMAS)
    return _with_shared(schema, shared), draw(_instance(schema, shared))


@pytest.mark.long
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(_pairs())
def test_what_satisfies_a_schema_is_let_through_by_its_grammar(pair: tuple[Any, Any]) -> None:
    schema, value = pair
    assume(jsonschema.Draft202012Validator(schema).is_valid(value))
    judge = Judge(schema_grammar(schema).gbnf)
    for text in layouts(value):
        assert judge.accepts(text), (text, judge.read(text))
