"""JSON schemas as grammars, judged by llama.cpp: what each feature lets through and what it does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.formats.grammar.schema_grammar import schema_grammar
from tests.support.grammar_judge import Judge

_POINT = {
    "type": "object",
    "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}},
    "required": ["x"],
}
_CLOSED = {**_POINT, "additionalProperties": False}
_TREE = {
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
            },
            "required": ["name"],
            "additionalProperties": False,
        }
    },
}

# Schema, values that satisfy it, values that do not.
FEATURES: dict[str, tuple[Any, list[Any], list[Any]]] = {
    "no schema at all": ({}, [None, 1, -2.5e3, "a", [], {"a": [{}]}, True], []),
    "true": (True, [0, {"a": 1}], []),
    "annotations alone": ({"description": "anything"}, ["x", 3, {}], []),
    "null": ({"type": "null"}, [None], [0, "null"]),
    "boolean": ({"type": "boolean"}, [True, False], [1, "true"]),
    "integer": ({"type": "integer"}, [0, -7, 123456789], [1.5, "1", None]),
    "number": ({"type": "number"}, [0, -7, 1.25, 1e-05, 1e22, -0.5], ["1", None]),
    "string": ({"type": "string"}, ["", "a", 'q"\\/\n\t\x00\x1f', "안녕 😀", "</tool_call>"], [1, None, []]),
    "several types": ({"type": ["string", "null"]}, ["a", None], [1, []]),
    "number and integer": ({"type": ["integer", "number"]}, [1, 1.5], ["a"]),
    "enum": (
        {"enum": ["red", 3, None, [1, {"a": "b"}], 2.5]},
        ["red", 3, None, [1, {"a": "b"}], 2.5],
        ["blue", 4],
    ),
    "enum with a type": ({"type": "string", "enum": ["a", 1]}, ["a"], [1]),
    "enum with lengths": ({"enum": ["a", "aa"], "minLength": 2}, ["aa"], ["a"]),
    "const": ({"const": 'é"\n'}, ['é"\n'], ["e"]),
    "const object": ({"const": {"a": [1, 2], "b": {}}}, [{"a": [1, 2], "b": {}}], [{"a": [1]}]),
    "open object": (
        _POINT,
        [{"x": 1}, {"y": 2, "x": 1}, {"x": 1, "z": [None]}, {"z": 0, "x": 1, "xx": ""}],
        [{}, {"y": 1}, {"x": "1"}, {"z": 1}],
    ),
    "closed object": (
        _CLOSED,
        [{"x": 1}, {"x": 1, "y": 2}, {"y": 2, "x": 1}],
        [{}, {"x": 1, "z": 0}, {"y": 1}],
    ),
    "no members": ({"type": "object", "properties": {}, "additionalProperties": False}, [{}], [{"a": 1}]),
    "typed other members": (
        {
            "type": "object",
            "properties": {"a": {"type": "integer"}},
            "additionalProperties": {"type": "string"},
        },
        [{}, {"a": 1}, {"b": "x", "a": 1, "c": "y"}, {"aa": "x", "": "z"}],
        [{"a": "x"}, {"b": 1}],
    ),
    "a required member that is not declared": (
        {"type": "object", "required": ["k"]},
        [{"k": None}, {"a": 1, "k": 2}],
        [{}, {"a": 1}],
    ),
    "members by pattern": (
        {"type": "object", "patternProperties": {"^n_": {"type": "integer"}}, "additionalProperties": False},
        [{}, {"n_a": 1, "n_": 2}],
        [{"x": 1}, {"n_a": "1"}],
    ),
    "at least one member": ({"type": "object", "minProperties": 1}, [{"a": 1}], [{}]),
    "items": ({"type": "array", "items": {"type": "integer"}}, [[], [1], [1, 2, 3]], [["a"], [1, None], {}]),
    "array bounds": (
        {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 3},
        [[1, 2], [1, 2, 3]],
        [[], [1], [1, 2, 3, 4]],
    ),
    "exactly one item": ({"type": "array", "minItems": 1, "maxItems": 1}, [[0]], [[], [0, 0]]),
    "no items": ({"type": "array", "maxItems": 0}, [[]], [[0]]),
    "prefix items": (
        {
            "type": "array",
            "prefixItems": [{"type": "string"}, {"type": "integer"}],
            "items": False,
            "minItems": 1,
        },
        [["a"], ["a", 1]],
        [[], [1], ["a", 1, 2], ["a", "b"]],
    ),
    "prefix and other items": (
        {
            "prefixItems": [{"type": "string"}],
            "items": {"type": "integer"},
            "type": "array",
            "minItems": 2,
            "maxItems": 3,
        },
        [["a", 1], ["a", 1, 2]],
        [["a"], ["a", "b"], ["a", 1, 2, 3]],
    ),
    "items of draft 4": (
        {"type": "array", "items": [{"type": "string"}], "additionalItems": False},
        [[], ["a"]],
        [[1], ["a", 1]],
    ),
    "string lengths": (
        {"type": "string", "minLength": 2, "maxLength": 3},
        ["ab", "é\n😀"],
        ["", "a", "abcd"],
    ),
    "pattern": (
        {"type": "string", "pattern": "^[a-z]{2}-\\d+$"},
        ["ab-1", "zz-2026"],
        ["a-1", "ab-", "xab-1"],
    ),
    "pattern found anywhere": ({"type": "string", "pattern": "b+"}, ["abc", "b"], ["", "ac"]),
    "date": ({"type": "string", "format": "date"}, ["2026-02-28"], ["2026-2-28", "28.2.2026", ""]),
    "date and time": (
        {"type": "string", "format": "date-time"},
        ["2026-02-28T10:00:00Z", "2026-02-28T10:00:00.25+09:00"],
        ["2026-02-28"],
    ),
    "uuid": ({"type": "string", "format": "uuid"}, ["123e4567-e89b-12d3-a456-426614174000"], ["123e4567"]),
    "ipv4": ({"type": "string", "format": "ipv4"}, ["127.0.0.1"], ["256.0.0.1", "1.2.3"]),
    "email": ({"type": "string", "format": "email"}, ["a.b@example.org"], ["a.b", "@x"]),
    "integer bounds": ({"type": "integer", "minimum": -3, "maximum": 12}, [-3, 0, 9, 12], [-4, 13, 120]),
    "exclusive bounds": (
        {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10},
        [1, 9],
        [0, 10, -1],
    ),
    "exclusive bounds of draft 4": (
        {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "maximum": 2.5},
        [1, 2],
        [0, 3],
    ),
    "a number without a sign": ({"type": "number", "minimum": 0}, [0, 1.5], [-1]),
    "anyOf": (
        {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "boolean"}}]},
        [1, [True]],
        ["a", [1]],
    ),
    "anyOf beside members": (
        {
            "type": "object",
            "properties": {"a": {"type": "integer"}},
            "additionalProperties": True,
            "anyOf": [{"required": ["a"]}, {"required": ["b"], "properties": {"b": {"type": "null"}}}],
        },
        [{"a": 1}, {"b": None}, {"a": 1, "b": 2}],
        [{}, {"b": 1}, {"a": "x"}],
    ),
    "oneOf": ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, [1, "a"], [None, 1.5]),
    "allOf": (
        {
            "allOf": [
                {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
                {
                    "properties": {"a": {"minimum": 5, "maximum": 9}, "b": {"type": "string"}},
                    "required": ["b"],
                },
            ]
        },
        [{"a": 5, "b": "x"}, {"b": "x", "a": 9}],
        [{"a": 4, "b": "x"}, {"a": 5}, {"b": "x"}],
    ),
    "allOf of types": (
        {"allOf": [{"type": ["number", "string"]}, {"type": ["integer", "null"]}]},
        [1],
        ["a", None, 1.5],
    ),
    "allOf of enums": ({"allOf": [{"enum": [1, 2]}, {"enum": [2, 3]}]}, [2], [1, 3]),
    "reference to a definition": (
        {"$ref": "#/definitions/a~1b", "definitions": {"a/b": {"type": "null"}}},
        [None],
        [1],
    ),
    "reference with its own words": (
        {"$ref": "#/$defs/n", "maximum": 5, "$defs": {"n": {"type": "integer", "minimum": 3}}},
        [3, 5],
        [2, 6],
    ),
    "reference to an anchor": ({"$ref": "#n", "$defs": {"x": {"$anchor": "n", "type": "null"}}}, [None], [1]),
    "recursive reference": (
        _TREE,
        [{"name": "a"}, {"name": "a", "children": [{"children": [], "name": "b"}]}],
        [{}, {"name": "a", "children": [{}]}, {"name": "a", "children": [1]}],
    ),
    "reference to the whole": (
        {"type": "object", "properties": {"next": {"$ref": "#"}}, "additionalProperties": False},
        [{}, {"next": {"next": {}}}],
        [{"next": 1}, {"other": {}}],
    ),
    "words without a type": ({"minimum": 3}, [3, "a", None, {}], []),
    "types of programming languages": (
        {"type": "dict", "properties": {"a": {"type": "float"}}, "required": ["a"]},
        [{"a": 1.5}],
        [{}, 1],
    ),
}


def layouts(value: Any) -> list[str]:
    return [
        json.dumps(value),
        json.dumps(value, ensure_ascii=False),
        json.dumps(value, separators=(",", ":")),
        json.dumps(value, indent=2, ensure_ascii=False),
        json.dumps(value, indent=4),
    ]


@pytest.mark.parametrize("name", FEATURES)
def test_the_grammar_lets_through_what_satisfies_the_schema_and_nothing_else(name: str) -> None:
    schema, good, bad = FEATURES[name]
    grammar = schema_grammar(schema)
    judge = Judge(grammar.gbnf)
    assert judge.readable, grammar.gbnf
    for value in good:
        for text in layouts(value):
            assert judge.accepts(text), f"{text!r} ends after {judge.read(text)!r}\n{grammar.gbnf}"
    for value in bad:
        assert not judge.accepts(json.dumps(value)), f"{value!r}\n{grammar.gbnf}"


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "integer", "multipleOf": 3}, "#: multipleOf is not followed"),
        ({"type": "number", "maximum": 3.5}, "#: maximum is not followed"),
        ({"type": "array", "uniqueItems": True}, "#: uniqueItems is not followed"),
        ({"not": {"type": "string"}}, "#: not is not followed"),
        ({"oneOf": [{"type": "null"}, {}]}, "#: oneOf is read as anyOf"),
        (
            {"$ref": "https://example.org/s.json"},
            "#: the reference https://example.org/s.json is not within the schema",
        ),
        ({"$ref": "#/$defs/none"}, "#: the reference #/$defs/none is not within the schema"),
        ({"$ref": "#"}, "#: it refers to itself"),
        ({"anyOf": [{"$ref": "#"}, {"type": "null"}]}, "#: it refers to itself"),
        ({"allOf": [{"$ref": "#"}]}, "#: the reference # leads back to itself"),
        ({"type": "string", "format": "uri"}, "#: the format uri is not followed"),
        ({"type": "string", "maxLength": 10**9}, "#: a number of repetitions is out of reach"),
        (
            {"type": "string", "pattern": "(?=x)y"},
            "#: the pattern is not followed: looking around, or a flag",
        ),
        (
            {"type": "string", "pattern": "("},
            "#: the pattern is not followed: an expression that ends too soon",
        ),
        ({"properties": {"a": False}, "required": ["a"], "type": "object"}, "#: nothing can satisfy it"),
        ({"properties": {"a/b": {"not": {}}}}, "#/properties/a~1b: not is not followed"),
        ({"enum": [str(n) for n in range(2000)]}, "#: it lists too many values"),
        (17, "#: it is not a schema"),
    ],
)
def test_what_a_grammar_cannot_say_is_widened_and_told(schema: Any, reason: str) -> None:
    grammar = schema_grammar(schema)
    assert reason in grammar.widened
    assert Judge(grammar.gbnf).readable


def test_a_schema_that_a_grammar_follows_to_the_letter_is_not_called_widened() -> None:
    for schema in (_CLOSED, _TREE, {"type": "string", "pattern": "^a$"}, {"type": "integer", "maximum": 9}):
        assert schema_grammar(schema).widened == ()


@pytest.mark.parametrize("optional", [False, True])
@pytest.mark.parametrize("count", [5, 6, 8, 12])
def test_members_come_in_any_order(count: int, optional: bool) -> None:
    names = [f"p{number}" for number in range(count)]
    schema = {
        "type": "object",
        "properties": {name: {"type": "integer"} for name in names},
        "required": names[:2] if optional else names[:8],
        "additionalProperties": False,
    }
    judge = Judge(schema_grammar(schema).gbnf)
    for order in (names, names[::-1], names[3:] + names[:3]):
        assert judge.accepts(json.dumps(dict.fromkeys(order, 1)))
    assert judge.accepts(json.dumps(dict.fromkeys(schema["required"], 1)))
    assert not judge.accepts(json.dumps(dict.fromkeys(names[1:], 1)))


def test_many_required_members_are_all_required() -> None:
    names = [f"p{number}" for number in range(30)]
    schema = {"type": "object", "properties": {name: {} for name in names}, "required": names[:20]}
    grammar = schema_grammar(schema)
    judge = Judge(grammar.gbnf)
    assert judge.accepts(json.dumps(dict.fromkeys(names, 1)))
    assert not judge.accepts(json.dumps(dict.fromkeys(names[1:], 1)))
    assert "#: required members come in the order in which they are declared" in grammar.widened


def test_no_schema_however_hostile_ends_in_an_exception_or_a_grammar_that_cannot_be_read() -> None:
    deep: Any = {}
    for _ in range(5_000):
        deep = {"type": "array", "items": deep}
    nested: Any = {"type": "null"}
    for _ in range(60):
        nested = {"anyOf": [nested, {"allOf": [nested, {"type": "object", "properties": {"a": nested}}]}]}
    hostile: list[Any] = [
        deep,
        nested,
        {"type": "object", "properties": {f"name {n}": {"enum": [n]} for n in range(5_000)}},
        {
            "type": "object",
            "properties": {f"é{n}": {} for n in range(300)},
            "required": [f"é{n}" for n in range(300)],
        },
        {"allOf": [{"anyOf": [{"minimum": n}, {"maximum": n}]} for n in range(40)]},
        {"type": "array", "minItems": 10**12},
        {"type": "array", "prefixItems": [{"type": "array", "minItems": 900, "maxItems": 1000}] * 90},
        {"type": "string", "pattern": "((((a{1,1000}){1,1000}){1,1000}){1,1000})*"},
        {"type": "string", "pattern": "(a*)*(b*|c*)+$"},
        {"type": "integer", "minimum": -(10**400), "maximum": 10**400},
        {"type": "integer", "minimum": float("nan"), "maximum": float("inf")},
        {"type": {"a": 1}, "properties": 5, "required": "x", "enum": {}, "items": 7, "anyOf": {}, "allOf": 1},
        {"type": [[], 3, None], "required": [1, None], "pattern": 3, "minLength": "2", "maxItems": -1},
        {"enum": ["\ud800", "\0"], "properties": {"\ud800": {}}},
        {"$ref": 5, "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
        {
            "properties": {
                "root": {"type": "null"},
                "ws": {},
                "json-value": {"type": "array", "items": {"$ref": "#"}},
            }
        },
        {1: {2: object()}, "enum": [{3: object()}], "const": object()},
        None,
        [],
        "string",
        object(),
        False,
        {"enum": []},
        {"type": []},
    ]
    for schema in hostile:
        grammar = schema_grammar(schema)
        assert Judge(grammar.gbnf).readable, grammar.gbnf[:2_000]
        assert len(grammar.gbnf) < 1_000_000


def test_white_space_has_an_end() -> None:
    judge = Judge(schema_grammar({"type": "array", "items": {"type": "integer"}}).gbnf)
    assert judge.accepts("[\n" + " " * 24 + "1\r\n]")
    assert not judge.starts("[\n\n")
    assert not judge.starts("[   ")
