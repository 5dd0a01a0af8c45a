"""Questions of servers: which can be asked, and what is sent back."""

from __future__ import annotations

from typing import Any

import pytest
from mcp_types import ElicitRequestFormParams, ElicitRequestURLParams

from agents.mcp.elicitation import answer_of, completed, question_of
from agents.permissions.values import Decision


def form(**fields: Any) -> ElicitRequestFormParams:
    schema: dict[str, Any] = {"type": "object", "properties": fields}
    return ElicitRequestFormParams(message="Tell me\u202e.", requested_schema=schema)


ALL_KINDS: dict[str, Any] = {
    "name": {"type": "string", "minLength": 1, "default": "Mina"},
    "age": {"type": "integer", "minimum": 0, "default": 30},
    "share": {"type": "number", "default": 0.5},
    "sure": {"type": "boolean", "default": False},
    "plain": {"type": "string", "enum": ["a", "b"], "default": "b"},
    "titled": {"type": "string", "oneOf": [{"const": "x", "title": "X"}, {"const": "y", "title": "Y"}]},
    "legacy": {"type": "string", "enum": ["1", "2"], "enumNames": ["One", "Two"]},
    "many": {"type": "array", "items": {"type": "string", "enum": ["p", "q"]}, "default": ["q"]},
    "many_titled": {"type": "array", "items": {"anyOf": [{"const": "m", "title": "M"}]}},
}


def test_all_kinds_of_fields_are_asked_and_defaults_stand_in_for_what_was_left_out() -> None:
    question = question_of(form(**ALL_KINDS))
    assert question is not None and question.message == "Tell me."
    answer = answer_of(question, Decision(True, content={"titled": "y", "sure": True, "age": None}))
    assert answer.action == "accept"
    assert answer.content == {
        "name": "Mina",
        "age": 30,
        "share": 0.5,
        "sure": True,
        "plain": "b",
        "many": ["q"],
        "titled": "y",
    }


@pytest.mark.parametrize(
    "content", [{"plain": "c"}, {"titled": "z"}, {"many": ["r"]}, {"age": -1}, {"age": "x"}, {"name": ""}]
)
def test_what_does_not_fit_is_not_sent(content: dict[str, Any]) -> None:
    question = question_of(form(**ALL_KINDS))
    assert question is not None
    assert answer_of(question, Decision(True, content=content)).action == "cancel"


def test_what_nobody_asked_for_is_not_sent() -> None:
    question = question_of(form(name={"type": "string"}))
    assert question is not None
    answer = answer_of(question, Decision(True, content={"name": "x", "password": "p"}))
    assert answer.content == {"name": "x"}


@pytest.mark.parametrize(
    "fields",
    [
        {"a": {"type": "object", "properties": {}}},
        {"a": {"type": "string", "$ref": "https://example.com/secret.json"}},
        {"a": {"type": "array", "items": {"$ref": "#"}}},
        {"a": "text"},
        {f"f{number}": {"type": "string"} for number in range(51)},
        {"a": {"type": "string", "enum": ["x" * 100_000]}},
    ],
)
def test_a_form_of_more_than_plain_fields_is_not_asked(fields: dict[str, Any]) -> None:
    assert question_of(form(**fields)) is None


def test_a_pattern_of_a_server_is_not_searched() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}}
    assert completed(schema, {"a": "a" * 40 + "!"}) == {"a": "a" * 40 + "!"}


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://bank.example@evil.example/",
        "https://exämple.com/",
        "https://example.com/\u202e",
        "https://",
        "https://[::1",
    ],
)
def test_a_link_that_misleads_is_not_asked(url: str) -> None:
    assert question_of(ElicitRequestURLParams(message="Log in.", url=url, elicitation_id="1")) is None
