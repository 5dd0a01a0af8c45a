"""Fields of a form, and what may be entered in them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.mcp.elicitation import completed
from app.services.connections.form_values import Field, Problem, chosen, entered, fields_of


def field(kind: Any = "text", **more: Any) -> Field:
    return Field("f", "F", kind, **more)


@pytest.mark.parametrize(
    ("asked", "text", "value", "problem"),
    [
        (field(), "", None, None),
        (field(required=True), "", None, Problem("missing")),
        (field(low=3), "ab", "ab", Problem("short", 3)),
        (field(high=3), "abcd", "abcd", Problem("long", 3)),
        (field(format="email"), "a@b.kr", "a@b.kr", None),
        (field(format="email"), "a@b", "a@b", Problem("email")),
        (field(format="uri"), "https://a.kr/x", "https://a.kr/x", None),
        (field(format="uri"), "a.kr", "a.kr", Problem("uri")),
        (field(format="date"), "2026-02-29", "2026-02-29", Problem("date")),
        (field(format="date"), "2026-02-28", "2026-02-28", None),
        (field(format="date-time"), "2026-02-28T10:00", "2026-02-28T10:00", None),
        (field(format="date-time"), "2026-02-28", "2026-02-28", Problem("date-time")),
        (field("integer"), " 12 ", 12, None),
        (field("integer"), "1.5", None, Problem("integer")),
        (field("integer"), "2.0", 2, None),
        (field("number"), "1,5", 1.5, None),
        (field("number"), "inf", None, Problem("number")),
        (field("number", low=1), "0", 0, Problem("low", 1)),
        (field("number", high=1), "2", 2, Problem("high", 1)),
    ],
)
def test_what_a_text_means(asked: Field, text: str, value: Any, problem: Problem | None) -> None:
    assert entered(asked, text) == (value, problem)


def test_choices_come_as_a_list_or_with_words_of_their_own() -> None:
    schema = {
        "required": ["a"],
        "properties": {
            "a": {"enum": ["x", "y"], "enumNames": ["Ex", "Why"], "type": "string"},
            "b": {"type": "string", "oneOf": [{"const": "p", "title": "Pe"}]},
            "c": {"type": "array", "items": {"enum": ["m", "n"]}, "minItems": 1},
        },
    }
    a, b, c = fields_of(schema)
    assert (a.kind, a.choices, a.required) == ("choice", (("x", "Ex"), ("y", "Why")), True)
    assert (b.kind, b.choices, b.required) == ("choice", (("p", "Pe"),), False)
    assert (c.kind, c.choices, c.low) == ("choices", (("m", "m"), ("n", "n")), 1)
    assert chosen(c, []) == ([], None)
    assert chosen(Field("c", "C", "choices", required=True), []) == ([], Problem("few", 1))


NAMES = st.sampled_from(["properties", "required", "type", "enum", "title", "items", "oneOf", "const"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
)


@given(ANYTHING)
def test_no_schema_of_a_server_breaks_the_form(schema: Any) -> None:
    fields_of({"properties": {"a": schema}, "required": schema})


@given(st.integers(-3, 8), st.text(max_size=6))
def test_what_counts_here_counts_for_the_schema(seats: int, name: str) -> None:
    schema = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "minLength": 2, "maxLength": 4},
            "seats": {"type": "integer", "minimum": 1, "maximum": 5},
        },
    }
    values = [
        (f.name, *entered(f, text)) for f, text in zip(fields_of(schema), (name, str(seats)), strict=True)
    ]
    if all(problem is None for _, _, problem in values):
        assert completed(schema, {key: value for key, value, _ in values}) is not None
