"""Calls are taken as they were meant where that is certain, and explained to the model where it is not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.run.checking import Checker, takes
from engine.values import ToolCall
from tests.support.agents.scripted_brain import NotedTool, schema

READ = NotedTool("read_file", parameters=schema(["path"], path="string", first_line="integer"))
CHECKER = Checker(
    [READ, NotedTool("write_file", parameters=schema(["path", "content"], path="string", content="string"))]
)


def call(name: str, arguments: dict[str, Any] | str) -> ToolCall:
    return ToolCall("x", name, arguments)


def test_a_call_that_fits_is_taken_as_it_is() -> None:
    checked = CHECKER.checked(call("read_file", {"path": "a"}))
    assert (checked.problem, checked.changed, checked.arguments) == ("", (), {"path": "a"})


def test_a_number_in_quotes_becomes_a_number_and_that_is_told() -> None:
    checked = CHECKER.checked(call("read_file", {"path": "a", "first_line": "3"}))
    assert checked.arguments == {"path": "a", "first_line": 3}
    assert checked.changed == ("first_line: string to integer",)


def test_an_optional_argument_that_is_null_is_left_out() -> None:
    checked = CHECKER.checked(call("read_file", {"path": "a", "first_line": None}))
    assert (checked.arguments, checked.problem) == ({"path": "a"}, "")


@pytest.mark.parametrize("name", ["ReadFile", "functions.read_file", "read-file", "READ_FILE"])
def test_a_name_that_differs_in_signs_alone_is_the_tool(name: str) -> None:
    checked = CHECKER.checked(call(name, {"path": "a"}))
    assert (checked.name, checked.problem) == ("read_file", "")


def test_an_unknown_tool_is_answered_with_the_nearest_names() -> None:
    problem = CHECKER.checked(call("read_fil", {"path": "a"})).problem
    assert "Did you mean read_file" in problem and "write_file" in problem


def test_a_call_without_a_name_is_answered_with_the_tools() -> None:
    assert "read_file, write_file" in CHECKER.checked(call("", "{oops")).problem


def test_a_missing_argument_is_named_with_what_the_tool_takes() -> None:
    problem = CHECKER.checked(call("write_file", {"path": "a"})).problem
    assert "content is missing" in problem
    assert "path (string), content (string)" in problem


def test_a_wrong_type_is_told_with_its_place() -> None:
    assert (
        "path: ['a'] is not of type 'string'" in CHECKER.checked(call("read_file", {"path": ["a"]})).problem
    )


def test_an_argument_that_does_not_exist_is_answered_with_the_nearest() -> None:
    problem = CHECKER.checked(call("read_file", {"path": "a", "firstline": 1})).problem
    assert "firstline is not one of them (did you mean first_line?)" in problem


def test_text_that_is_no_json_is_told_with_the_place_of_the_error() -> None:
    checked = CHECKER.checked(call("read_file", '{"path": "a'))
    assert "not valid JSON" in checked.problem and "character 9" in checked.problem
    assert checked.arguments == '{"path": "a'


def test_json_nested_without_end_is_a_problem_and_no_crash() -> None:
    assert CHECKER.checked(call("read_file", "[" * 100_000)).problem


@pytest.mark.parametrize(
    "parameters",
    [
        {"type": "nonsense"},
        {"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:9/schema"}}},
        {"type": "object", "properties": {"a": {"type": "string", "pattern": "(a+)+$"}}},
        {"type": "object", "patternProperties": {"(a+)+$": {}}, "additionalProperties": False},
        {"$ref": "#"},
    ],
)
def test_a_schema_of_somebody_elses_neither_hangs_nor_fetches_nor_breaks(parameters: dict[str, Any]) -> None:
    checker = Checker([NotedTool("odd", parameters=parameters)])
    assert checker.checked(call("odd", {"a": "a" * 5000 + "!"})).problem == ""


def test_no_tools_are_told_as_such() -> None:
    assert Checker([]).checked(call("x", {})).problem == "There are no tools. Answer without a call."


def test_what_a_tool_takes_is_one_line() -> None:
    assert takes({"type": "object", "properties": {}}) == "It takes no arguments: write {}."
    choice = {
        "properties": {"how": {"enum": ["a", "b"]}, "n": {"type": ["integer", "null"]}},
        "required": ["how"],
    }
    assert takes(choice) == 'It takes: how (one of "a" "b"), n (integer or null, optional).'


@given(
    st.text(max_size=20),
    st.text(max_size=40)
    | st.dictionaries(
        st.text(max_size=5),
        st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2),
        max_size=3,
    ),
)
def test_whatever_is_called_there_is_an_answer(name: str, arguments: dict[str, Any] | str) -> None:
    checked = CHECKER.checked(call(name, arguments))
    assert checked.problem or (
        checked.name in ("read_file", "write_file") and isinstance(checked.arguments, dict)
    )
