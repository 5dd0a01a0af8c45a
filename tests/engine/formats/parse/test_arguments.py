from __future__ import annotations

from typing import Any

import pytest

from engine.formats.parse.arguments import Typing, parameters_of
from engine.formats.parse.literals import Literals, read_json
from engine.formats.parse.strings import BrokenError, IncompleteError

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "text": {"type": "string"},
        "count": {"type": "integer"},
        "ratio": {"type": "number"},
        "flag": {"type": "boolean"},
        "nothing": {"type": "null"},
        "list": {"type": "array", "items": {"type": "integer"}},
        "pair": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]},
        "deep": {"type": "object", "properties": {"n": {"$ref": "#/$defs/n"}}},
        "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "either": {"type": ["string", "integer"]},
        "choice": {"enum": ["1", "two"]},
        "level": {"enum": [1, 2]},
        "all": {"allOf": [{"type": "integer"}]},
        "anything": {},
        "map": {"type": "object", "additionalProperties": {"type": "integer"}},
        "node": {"$ref": "#/$defs/node"},
        "endless": {"$ref": "#/$defs/endless"},
    },
    "$defs": {
        "n": {"type": "integer"},
        "node": {
            "type": "object",
            "properties": {"v": {"type": "integer"}, "next": {"$ref": "#/$defs/node"}},
        },
        "endless": {"$ref": "#/$defs/endless"},
    },
}


@pytest.mark.parametrize(
    ("key", "given", "typed"),
    [
        ("count", "3", 3),
        ("count", " 3 ", 3),
        ("count", "3.0", 3),
        ("count", 3.0, 3),
        ("ratio", "2.5", 2.5),
        ("ratio", "3", 3),
        ("flag", "true", True),
        ("flag", "False", False),
        ("nothing", "null", None),
        ("text", 5, "5"),
        ("text", True, "true"),
        ("list", "[1, 2]", [1, 2]),
        ("list", ["1", 2], [1, 2]),
        ("pair", ["1", 2], [1, "2"]),
        ("deep", {"n": "4"}, {"n": 4}),
        ("deep", '{"n": "4"}', {"n": 4}),
        ("maybe", "7", 7),
        ("maybe", "null", None),
        ("level", "2", 2),
        ("choice", 1, "1"),
        ("all", "9", 9),
        ("map", {"a": "1"}, {"a": 1}),
        ("node", {"v": "1", "next": {"v": "2"}}, {"v": 1, "next": {"v": 2}}),
    ],
)
def test_what_has_one_meaning_is_given_its_type(key: str, given: Any, typed: Any) -> None:
    typing = Typing(SCHEMA)
    assert typing.typed({key: given}) == {key: typed}
    assert typing.coercions
    assert all(told.startswith(key) for told in typing.coercions)


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("text", "3"),
        ("text", "null"),
        ("count", "three"),
        ("count", 3.5),
        ("count", None),
        ("either", "3"),
        ("either", 3),
        ("choice", "1"),
        ("list", "not a list"),
        ("anything", "3"),
        ("anything", {"a": ["1"]}),
        ("unknown", "3"),
        ("ratio", "inf"),
        ("ratio", 3),
        ("endless", "3"),
        ("flag", "yes"),
    ],
)
def test_everything_else_stays(key: str, given: Any) -> None:
    typing = Typing(SCHEMA)
    assert typing.typed({key: given}) == {key: given}
    assert typing.coercions == []


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("text", " 3\n", " 3\n"),
        ("text", "null", "null"),
        ("count", "3", 3),
        ("count", "x", "x"),
        ("flag", "True", True),
        ("nothing", "None", None),
        ("either", "abc", "abc"),
        ("maybe", "null", None),
        ("list", "[1, 2]", [1, 2]),
        ("deep", "{'n': 4}", {"n": 4}),
        ("choice", "1", "1"),
        ("level", "1", 1),
        ("anything", "007", "007"),
        ("anything", "7", 7),
        ("anything", "2024-01-02", "2024-01-02"),
        ("anything", '{"a": 1}', {"a": 1}),
        ("unknown", "1.50", 1.5),
        ("unknown", "true", True),
        ("unknown", "some words", "some words"),
    ],
)
def test_bare_text_is_read_by_the_schema(key: str, text: str, value: Any) -> None:
    typing = Typing(SCHEMA)
    found = typing.from_text(key, text)
    assert found == value
    assert type(found) is type(value)
    assert typing.coercions == []


@pytest.mark.parametrize(
    "schema", [{}, {"properties": []}, {"type": []}, {"properties": {"a": 5}}, None, {"$ref": "#/x/y"}]
)
def test_odd_schemas_do_no_harm(schema: Any) -> None:
    assert Typing(schema).typed({"a": "1"}) == {"a": "1"}
    Typing(schema).from_text("a", "1")


def test_definitions_come_in_two_shapes() -> None:
    bare = {"name": "f", "parameters": {"type": "object"}}
    assert (
        parameters_of([bare])
        == parameters_of([{"type": "function", "function": bare}])
        == {"f": {"type": "object"}}
    )
    assert parameters_of([{"function": {}}, {}]) == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'a': 'it\\'s', \"b\": True,}", {"a": "it's", "b": True}),
        ("[1, None, -2.5e3,]", [1, None, -2500.0]),
        ("('a', ('b',))", ["a", ["b"]]),
        ('"\\u00e9\\ud83d\\ude00\\n\\x41"', "é😀\nA"),
        ('{"a": "line\nline"}', {"a": "line\nline"}),
    ],
)
def test_slips_are_read(text: str, value: Any) -> None:
    found = Literals(text + " ").read(0)
    assert (found.value, found.end) == (value, len(text))


def test_keys_without_quotes_are_read_within_the_marks_of_a_call() -> None:
    found = read_json('{a: 1, "b": {c_d: true}}</end>', 0, ("</end>",))
    assert (found.value, found.repaired) == ({"a": 1, "b": {"c_d": True}}, True)
    with pytest.raises(BrokenError):
        read_json("{a 1}</end>", 0, ("</end>",))
    with pytest.raises(IncompleteError):
        read_json("{a", 0, ("</end>",))


@pytest.mark.parametrize(
    "text", ["{a: 1}", "{1: 2}", "[1 2]", '{"a" 1}', "NaN", "nul l", "{,}", "@", '"\\u12"']
)
def test_what_is_uncertain_is_broken(text: str) -> None:
    with pytest.raises(BrokenError):
        read_json(text + " ", 0)


@pytest.mark.parametrize("text", ['{"a": "b', "{", "[1", "tru", "12", '{"a"', '{"a":', '"x\\', "-"])
def test_what_goes_on_is_incomplete(text: str) -> None:
    with pytest.raises(IncompleteError):
        read_json(text, 0)


def test_depth_is_bounded() -> None:
    for text in ("[" * 100_000, "[" * 100_000 + "]" * 100_000, "{'a':" * 5000):
        with pytest.raises((BrokenError, IncompleteError)):
            read_json(text, 0)


def test_long_values_are_read_through() -> None:
    text = '{"a": "' + "x" * 50_000 + '", "b": [' + "1, " * 20_000 + "2]} rest"
    assert read_json(text, 0).end == len(text) - len(" rest")


def test_a_schema_that_refers_to_itself_is_followed_once() -> None:
    itself = {"anyOf": [{"$ref": "#/$defs/any"}, {"$ref": "#/$defs/all"}, {"type": "integer"}]}
    schema = {
        "properties": {"value": {"$ref": "#/$defs/any"}, "both": {"$ref": "#/$defs/all"}},
        "$defs": {"any": itself, "all": {"allOf": [{"$ref": "#/$defs/all"}, {"$ref": "#/$defs/any"}]}},
    }
    assert Typing(schema).typed({"value": "3", "both": "4"}) == {"value": 3, "both": 4}
    assert Typing(schema).from_text("value", "5") == 5


EITHER: dict[str, Any] = {
    "anyOf": [
        {"properties": {"unit": {"const": "name"}, "value": {"type": "string"}}},
        {"properties": {"unit": {"enum": ["steps", "turns"]}, "value": {"type": "integer"}}},
        {"properties": {"size": {"type": "integer"}}, "required": ["size"]},
    ]
}


@pytest.mark.parametrize(
    "texts",
    [{"unit": "name", "value": "7"}, {"unit": "turns", "value": "7"}, {"value": "7", "unit": "steps"}],
)
def test_a_union_is_told_apart_by_the_other_arguments(texts: dict[str, str]) -> None:
    value = "7" if texts["unit"] == "name" else 7
    for schema in (EITHER, {"oneOf": EITHER["anyOf"]}, {"type": "object"} | EITHER):
        typing = Typing(schema)
        typing.settle(texts)
        assert typing.from_text("value", texts["value"]) == value
        assert Typing(schema).typed(dict(texts)) == texts | {"value": value}
        assert Typing({"properties": {"a": schema}}).typed({"a": dict(texts)}) == {
            "a": texts | {"value": value}
        }


def test_what_every_branch_leaves_as_it_is_stands_beside_the_union() -> None:
    schema = {
        "type": "object",
        "properties": {"code": {"type": "string"}, "count": {"type": "integer"}},
        "anyOf": [{"required": ["code"]}, {"required": ["count"]}],
    }
    typing = Typing(schema)
    assert typing.from_text("code", "123") == "123"
    assert typing.typed({"count": "3"}) == {"count": 3}
    assert not typing.is_open("code")
    assert Typing(EITHER).is_open("value")


def test_a_tool_takes_the_arguments_that_it_has() -> None:
    typing = Typing(
        {"properties": {"path": {"type": "string"}, "line": {"type": "integer"}}, "required": ["path"]}
    )
    assert typing.takes({"path": "a"}) and typing.takes({"path": "a", "line": "3"})
    assert not typing.takes({"line": 3})
    assert not typing.takes({"path": "a", "other": 1})
    assert not typing.takes({"path": "a", "line": "three"})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'a', 'b'}", ["a", "b"]),
        ("{1, (2, 3)}", [1, [2, 3]]),
        ("{'a',}", ["a"]),
        ("{}", {}),
        ("{'a': 1}", {"a": 1}),
    ],
)
def test_sets_and_tuples_are_arrays_in_python(text: str, value: Any) -> None:
    assert Literals(text + " ", python=True).read(0).value == value
    if isinstance(value, list):
        assert Typing(SCHEMA).from_text("anything", text) == value


def test_a_number_with_zeros_in_front_is_one_where_the_schema_wants_it() -> None:
    found = read_json('{"count": 007, "text": 007} ', 0).value
    assert Typing(SCHEMA).typed(found) == {"count": 7, "text": "007"}
