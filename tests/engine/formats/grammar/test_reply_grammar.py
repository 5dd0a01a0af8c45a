"""Grammars of replies that are JSON documents: what satisfies the schema and nothing else, whole or by its prefix."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from engine.errors import UserError
from engine.formats.dialect import NO_DIALECT, Dialect
from engine.formats.grammar.gbnf.ending import Endings
from engine.formats.grammar.reply_grammar import reply_grammar
from engine.formats.learn.markers import ReasoningMarkers
from tests.engine.formats import dialect_examples as examples
from tests.engine.formats.grammar.test_grammar import TOOLS
from tests.support.grammar_judge import Judge

# As pydantic writes a model with a list of others, an optional field, a literal, bounds and a tagged union.
ORDER = {
    "$defs": {
        "Line": {
            "properties": {
                "sku": {"maxLength": 8, "minLength": 1, "title": "Sku", "type": "string"},
                "count": {"exclusiveMinimum": 0, "maximum": 99, "title": "Count", "type": "integer"},
                "share": {"maximum": 1.0, "minimum": 0.25, "title": "Share", "type": "number"},
            },
            "required": ["sku", "count", "share"],
            "title": "Line",
            "type": "object",
        },
        "Card": {
            "properties": {
                "kind": {"const": "card", "title": "Kind", "type": "string"},
                "last": {"pattern": "^[0-9]{4}$", "title": "Last", "type": "string"},
            },
            "required": ["kind", "last"],
            "title": "Card",
            "type": "object",
        },
        "Cash": {
            "additionalProperties": False,
            "properties": {"kind": {"const": "cash", "title": "Kind", "type": "string"}},
            "required": ["kind"],
            "title": "Cash",
            "type": "object",
        },
    },
    "properties": {
        "lines": {"items": {"$ref": "#/$defs/Line"}, "maxItems": 2, "minItems": 1, "type": "array"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None, "title": "Note"},
        "state": {"enum": ["new", "paid"], "title": "State", "type": "string"},
        "paid": {
            "discriminator": {
                "mapping": {"card": "#/$defs/Card", "cash": "#/$defs/Cash"},
                "propertyName": "kind",
            },
            "oneOf": [{"$ref": "#/$defs/Card"}, {"$ref": "#/$defs/Cash"}],
            "title": "Paid",
        },
        "at": {"format": "date-time", "title": "At", "type": "string"},
        "page": {"format": "uri", "title": "Page", "type": "string"},
        "grid": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}, "maxItems": 2}},
        "tags": {"additionalProperties": {"type": "integer"}, "title": "Tags", "type": "object"},
    },
    "required": ["lines", "state", "paid"],
    "title": "Order",
    "type": "object",
}
LINE = {"sku": "a", "count": 1, "share": 0.5}
GOOD: list[Any] = [
    {"lines": [LINE], "state": "new", "paid": {"kind": "cash"}},
    {"lines": [LINE, LINE], "note": None, "state": "paid", "paid": {"kind": "card", "last": "0042"}},
    {
        "lines": [{"sku": "12345678", "count": 99, "share": 1}],
        "note": "ü\n<think></think>",
        "state": "new",
        "paid": {"kind": "cash"},
        "at": "2026-11-29T12:00:00Z",
        "page": "anything",
        "grid": [[1, -2], []],
        "tags": {"x": 1, "y z": 2},
    },
]
BAD: list[Any] = [
    {},
    {"lines": [], "state": "new", "paid": {"kind": "cash"}},
    {"lines": [LINE] * 3, "state": "new", "paid": {"kind": "cash"}},
    {"lines": [LINE], "state": "old", "paid": {"kind": "cash"}},
    {"lines": [LINE], "state": "new", "paid": {"kind": "card"}},
    {"lines": [LINE], "state": "new", "paid": {"kind": "cash", "last": "0042"}},
    {"lines": [LINE], "state": "new", "paid": {"kind": "cash"}, "grid": [[1, 2, 3]]},
    {"lines": [LINE], "state": "new", "paid": {"kind": "cash"}, "tags": {"x": "1"}},
    {"lines": [LINE], "state": "new", "paid": {"kind": "cash"}, "at": "tomorrow"},
    *(
        {"lines": [{**LINE, **change}], "state": "new", "paid": {"kind": "cash"}}
        for change in (
            {"sku": ""},
            {"sku": "123456789"},
            {"count": 0},
            {"count": 100},
            {"share": 0.2},
            {"share": 1.01},
        )
    ),
]
TREE = {
    "$defs": {
        "Node": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "inner": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
            },
            "required": ["name", "inner"],
            "additionalProperties": False,
        }
    },
    "$ref": "#/$defs/Node",
}
HARMONY = ReasoningMarkers(
    "<|channel|>analysis<|message|>",
    "<|end|>",
    "<|start|>assistant<|channel|>final<|message|>",
    "<|channel|>final<|message|>",
)


def grammar(schema: Any, dialect: Dialect = NO_DIALECT, **options: Any) -> str:
    return reply_grammar(dialect, options.pop("markers", ReasoningMarkers()), schema, **options).gbnf


@pytest.mark.model
def test_what_satisfies_the_schema_is_a_reply_and_nothing_else_is() -> None:
    judge = Judge(grammar(ORDER))
    assert judge.readable
    for value in GOOD:
        jsonschema.validate(value, ORDER)
        for text in (
            json.dumps(value),
            json.dumps(value, indent=2, ensure_ascii=False),
            f"\n{json.dumps(value)}",
        ):
            assert judge.accepts(text), judge.read(text)
    for value in BAD:
        assert not judge.accepts(json.dumps(value)), value
    assert not judge.accepts(json.dumps(GOOD[0]) + " Done.")
    assert not judge.starts("Here it is: {")


def test_members_come_in_the_order_in_which_they_are_declared_and_no_others_come() -> None:
    names = [f"p{number}" for number in range(60)]
    schema = {
        "type": "object",
        "properties": {name: {"type": "integer"} for name in names},
        "required": names[::2],
    }
    endings = Endings(grammar(schema))
    for chosen in (names, names[::2], [*names[:9], *names[10::2]]):
        assert () in endings.after(endings.start, json.dumps(dict.fromkeys(chosen, 1)))
    for wrong in (names[::-1], names[2:], [*names, "p60"], [*names[:2], "p1", *names[2:]]):
        assert () not in endings.after(endings.start, "{" + ", ".join(f'"{name}": 1' for name in wrong) + "}")


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "object"}, ["{}", '{"a": [1, {"b": null}]}'], ["[]", '"a"', "1"]),
        ({"type": "array", "items": {"type": "number"}}, ["[]", "[1, -2.5e3]"], ["{}", '["a"]']),
        (
            {"properties": {"a": {}}, "additionalProperties": True},
            ["{}", '{"a": 1, "b": 2}', '{"b": 2}'],
            ['{"b": 1, "a": 2}'],
        ),
        ({"type": "object", "properties": {}, "additionalProperties": False}, ["{}"], ['{"a": 1}']),
        ({"type": "object", "properties": {"a": {}, "b": {}}, "minProperties": 1}, ['{"b": 1}'], ["{}"]),
        ({"type": "number", "exclusiveMinimum": 0}, ["0.001", "7", "12.5"], ["0", "-1", "0.0", "1e3"]),
        (
            {"oneOf": [{"type": "string"}, {"type": "null"}, {"enum": [1, 2]}]},
            ['"a"', "null", "2"],
            ["3", "{}"],
        ),
        (TREE, ['{"name": "a", "inner": [{"name": "b", "inner": []}]}'], ['{"name": "a", "inner": [1]}']),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_each_kind_of_document_is_kept(schema: Any, good: list[str], bad: list[str]) -> None:
    endings = Endings(grammar(schema))
    for text in good:
        jsonschema.validate(json.loads(text), schema)
        assert () in endings.after(endings.start, text), text
    for text in bad:
        assert () not in endings.after(endings.start, text), text


@pytest.mark.parametrize(
    ("schema", "named"),
    [
        ({"type": "integer", "multipleOf": 3}, "#: multipleOf is not followed"),
        (
            {"properties": {"a": {"type": "array", "uniqueItems": True}}},
            "#/properties/a: uniqueItems is not followed",
        ),
        ({"not": {"type": "string"}}, "#: not is not followed"),
        ({"if": {"type": "string"}, "then": {"minLength": 2}}, "#: if is not followed"),
        ({"oneOf": [{"type": "object"}, {"type": "object", "required": ["a"]}]}, "#: oneOf is read as anyOf"),
        ({"type": "strin"}, "#: the type strin is not known"),
        (
            {"type": "string", "pattern": "(?=x)y"},
            "#: the pattern is not followed: looking around, or a flag",
        ),
        (
            {"type": "string", "pattern": "^((a{1,1000}){1,1000}){1,1000}$"},
            "#: the pattern is not followed: too many repetitions within each other",
        ),
        ({"type": "string", "format": "date", "maxLength": 3}, "#: lengths beside a format are not followed"),
        (
            {"$ref": "https://example.org/s.json"},
            "#: the reference https://example.org/s.json is not within the schema",
        ),
        ({"$ref": "#"}, "#: it refers to itself"),
        (
            {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
            "it refers to itself",
        ),
        ({"type": "object", "properties": {"a": False}, "required": ["a"]}, "#: nothing can satisfy it"),
        ({"type": "object", "properties": {f"p{n}": {} for n in range(500)}}, "#: it has too many members"),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_a_schema_that_no_grammar_keeps_is_refused_by_name(schema: Any, named: str) -> None:
    with pytest.raises(UserError) as caught:
        grammar(schema)
    assert caught.value.code == "schema.not_followed"
    assert named in str(caught.value.params["detail"])


def test_a_huge_or_hostile_schema_is_refused_soon() -> None:
    deep: Any = {}
    for _ in range(5_000):
        deep = {"type": "array", "items": deep}
    nested: Any = {"type": "null"}
    for _ in range(60):
        nested = {"anyOf": [nested, {"allOf": [nested, {"type": "object", "properties": {"a": nested}}]}]}
    wide = {
        "type": "object",
        "properties": {f"p{n}": {"enum": [f"{n}-{m}" for m in range(300)]} for n in range(300)},
    }
    for schema in (deep, nested, wide):
        with pytest.raises(UserError):
            grammar(schema)


@pytest.mark.model
def test_beside_tools_a_reply_is_the_document_or_calls() -> None:
    judge = Judge(grammar(TREE, examples.HERMES, tools=TOOLS))
    call = '<tool_call>\n{"name": "ping", "arguments": {}}\n</tool_call>'
    assert judge.accepts('{"name": "a", "inner": []}')
    assert judge.accepts(call) and judge.accepts(f"{call}\n{call}")
    assert not judge.starts('{"name": "a", "inner": []}\n<')
    assert not judge.starts(f"{call}\n{{") and not judge.starts("Let me see")
    once = Judge(grammar(TREE, examples.HERMES, tools=TOOLS, single=True))
    assert once.accepts(call) and not once.accepts(f"{call}\n{call}")
    assert not Judge(grammar(TREE, examples.HERMES, tools=TOOLS, choice="none")).starts("<tool_call>")


@pytest.mark.model
def test_a_reply_may_open_its_reasoning_first_but_only_that() -> None:
    made = reply_grammar(NO_DIALECT, ReasoningMarkers(), {"type": "object"})
    judge = Judge(made.gbnf)
    assert judge.starts("<think>") and not judge.accepts("<think>")
    assert not judge.starts("<thing") and not judge.starts("<think>{")
    endings = Endings(made.gbnf, made.answer)
    assert not endings.after(endings.start, "<"), "behind the reasoning there is none"


@pytest.mark.model
def test_the_marks_of_an_answer_may_stand_in_front_of_a_document() -> None:
    made = reply_grammar(examples.HARMONY, HARMONY, {"type": "object"}, TOOLS)
    judge = Judge(made.gbnf)
    for front in ("", "<|channel|>final<|message|>", "<|start|>assistant<|channel|>final<|message|>"):
        assert judge.accepts(f"{front}{{}}")
    assert judge.starts("<|channel|>analysis<|message|>")
    assert judge.accepts("<|channel|>commentary to=functions.ping <|constrain|>json<|message|>{}<|call|>")
    assert not judge.starts("<|channel|>commentary<|message|>")
