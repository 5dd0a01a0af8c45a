"""A server's form on the terminal."""

from __future__ import annotations

import io
from typing import Any

import pytest

from agents.mcp.elicitation import completed
from app.cli.output import Output
from app.cli.run.form import fill_in

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "title": "Name", "minLength": 2},
        "seats": {"type": "integer", "default": 2, "minimum": 1},
        "window": {"type": "boolean", "default": True},
        "class": {
            "type": "string",
            "oneOf": [{"const": "1", "title": "First"}, {"const": "2", "title": "Second"}],
        },
        "meals": {"type": "array", "items": {"type": "string", "enum": ["rice", "bread"]}},
    },
    "required": ["name"],
}


def filled(*lines: str, schema: dict[str, Any] = SCHEMA) -> tuple[Any, str]:
    waiting = list(lines)
    prompts = io.StringIO()

    def read(prompt: str) -> str | None:
        prompts.write(prompt + "\n")
        return waiting.pop(0) if waiting else None

    return fill_in(schema, read, Output(json=False)), prompts.getvalue()


def test_fields_are_asked_one_after_the_other_with_their_choices_and_defaults() -> None:
    decision, prompts = filled("Mina", "3", "n", "second", "bread, rice")
    assert decision.allow
    assert decision.content == {
        "name": "Mina",
        "seats": 3,
        "window": False,
        "class": "2",
        "meals": ["bread", "rice"],
    }
    assert "Name (Enter to decline)" in prompts and "Enter for 2" in prompts
    assert "1 = First, 2 = Second" in prompts and "rice, bread; separate several with commas" in prompts


def test_what_is_left_out_gets_its_default() -> None:
    decision, _ = filled("Mina", "", "", "", "")
    assert decision.content == {"name": "Mina"}
    assert completed(SCHEMA, decision.content) == {"name": "Mina", "seats": 2, "window": True}


def test_what_does_not_fit_is_asked_once_more_and_then_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    decision, _ = filled("M", "Mina", "none", "4", "maybe", "y", "third", "1", "soup", "")
    assert decision.content == {"name": "Mina", "seats": 4, "window": True, "class": "1"}
    assert "That isn’t valid" in capsys.readouterr().err
    assert filled("M", "M", "M")[0].allow is False


def test_nothing_for_what_is_needed_declines_and_an_end_is_nobody() -> None:
    assert filled("")[0].allow is False
    assert filled()[0] is None
    assert filled("Mina")[0] is None


def test_what_a_server_writes_cannot_steer_the_terminal() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "title": "\x1b[2Jx\u202e"}}}
    assert "\x1b" not in filled("v", schema=schema)[1] and "\u202e" not in filled("v", schema=schema)[1]
