"""Values of every kind come back from every dialect, however the reply is cut."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.formats.dialects import DIALECTS, call, parse, text_of
from tests.engine.formats.parse.test_call_streams import told

DIALECT_NAMES = st.sampled_from(sorted(DIALECTS))
# Marks of formats, which a value may hold as well as any other words.
MARKS = st.sampled_from(
    ["<", "</", "{", "}", '"', "'", "\\", "\n", "]", ",", "<think>", "</think>", "```", "서울", "😀"]
)
TEXTS = st.lists(MARKS | st.text(max_size=4), max_size=5).map("".join)
# As models write them: rounded, with an exponent, longer than a float can tell.
NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-1e4, 1e4).map(lambda number: round(number, 2)),
    st.integers(-(10**30), 10**30),
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)


def arguments() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "text": TEXTS,
            "nested": st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3),
            "items": st.lists(VALUES, max_size=3),
            "count": st.integers(),
            "flag": st.booleans(),
        },
    )


@pytest.mark.long
@settings(max_examples=100)
@given(DIALECT_NAMES, arguments())
def test_a_call_cut_at_every_character_is_the_whole_call(name: str, given: dict[str, Any]) -> None:
    reply = text_of(name, call("search", given))
    assert told(name, list(reply)) == told(name, [reply])


NUMBERS_AS_WRITTEN = "0.5 -0.25 1e5 1E-7 -2.5e+10 12.000 0 -7 3.14159265358979 123456789012345678".split()


@pytest.mark.parametrize("name", sorted(DIALECTS))
@pytest.mark.parametrize("number", NUMBERS_AS_WRITTEN)
def test_a_number_is_read_whole_wherever_the_reply_is_cut(name: str, number: str) -> None:
    value = json.loads(number)
    reply = text_of(name, call("search", {"items": [11, 13]})).replace("11", number)
    whole = parse(DIALECTS[name], [reply])
    assert [each.arguments for each in whole.tool_calls] == [{"items": [value, 13]}]
    for cut in range(reply.index(number), reply.index(number) + len(number) + 2):
        assert parse(DIALECTS[name], [reply[:cut], reply[cut:]]) == whole
    assert parse(DIALECTS[name], list(reply)) == whole


@pytest.mark.parametrize("name", sorted(DIALECTS))
@pytest.mark.parametrize("number", ["9" * 5000, "1e999", "-1e999"])
def test_a_number_that_is_no_number_is_told_and_raises_nothing(name: str, number: str) -> None:
    reply = text_of(name, call("search", {"items": [11, 13]})).replace("11", number)
    whole = parse(DIALECTS[name], [reply])
    for pieces in ([reply[:60], reply[60:]], [reply[index : index + 7] for index in range(0, len(reply), 7)]):
        assert parse(DIALECTS[name], pieces) == whole
    json.dumps([each.arguments for each in whole.tool_calls], allow_nan=False)
