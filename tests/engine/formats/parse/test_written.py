"""A call is seen while it is written: its arguments as JSON text that only grows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.formats import ToolArgumentsDelta, ToolCallFinished, ToolCallStarted
from tests.engine.formats.dialects import DIALECTS, call, parser_for, text_of
from tests.support.counting import assert_linear

# Its id comes behind the arguments; quotes within may end the text or not.
SEEN_LATE = {"array without an end", "pythonic"}
SEEN = sorted(name for name in DIALECTS if DIALECTS[name].trigger)
CODE = "def f(a, b):\n    return a < b and {'x': \"1\"} != [2]  # 넷 🙂 \\ </p>\n\n" * 20


def steps_of(name: str, reply: str, size: int = 3) -> list[list[object]]:
    """What is told after each piece of `size` characters, and at the end."""
    parser = parser_for(DIALECTS[name])
    told = [list[object](parser.feed(reply[at : at + size])) for at in range(0, len(reply), size)]
    return [*told, list(parser.flush())]


def arguments_in(steps: list[list[object]]) -> list[str]:
    return [delta.text for step in steps for delta in step if isinstance(delta, ToolArgumentsDelta)]


@pytest.mark.parametrize("name", SEEN)
def test_the_arguments_told_are_those_of_the_call(name: str) -> None:
    arguments: dict[str, Any] = {"text": CODE, "count": 3, "items": [1, "a"], "code": "x"}
    steps = steps_of(name, text_of(name, call("search", arguments), call("get_time", {})))
    calls = [delta.call for step in steps for delta in step if isinstance(delta, ToolCallFinished)]
    assert [one.arguments for one in calls] == [arguments, {}]
    for index, one in enumerate(calls):
        of_call = [[d for d in step if getattr(d, "index", -1) == index] for step in steps]
        assert json.loads("".join(arguments_in(of_call))) == one.arguments


@pytest.mark.parametrize("name", SEEN)
def test_a_long_text_is_seen_growing(name: str) -> None:
    steps = steps_of(name, text_of(name, call("search", {"text": CODE})))
    begun = next(n for n, step in enumerate(steps) if any(isinstance(d, ToolCallStarted) for d in step))
    assert begun < len(steps) / 4 or name in SEEN_LATE
    assert len(arguments_in(steps)) > len(steps) / 2 or name in SEEN_LATE


@pytest.mark.parametrize("name", [name for name in SEEN if DIALECTS[name].arguments == "json"])
@pytest.mark.parametrize(
    "text", [r"\ud83d\ude42", r"\ud83d!", r"a\u0041\n\"", r"\x41\'", "\n\t", r"\ud83d\ud83d\ude42"]
)
def test_escapes_are_never_told_in_halves(name: str, text: str) -> None:
    reply = text_of(name, call("search", {"text": "QQ", "code": "x"})).replace("QQ", text)
    for size in (1, 2, 5, 1000):
        steps = steps_of(name, reply, size)
        (one,) = (delta.call for step in steps for delta in step if isinstance(delta, ToolCallFinished))
        assert json.loads("".join(arguments_in(steps))) == one.arguments


def test_a_text_that_may_turn_out_a_number_is_told_whole() -> None:
    reply = text_of("qwen-coder", call("search", {"count": 1234, "maybe": 5678}))
    texts = "".join(f"{text}|" for text in arguments_in(steps_of("qwen-coder", reply, 1)))
    assert texts == '{|"count": 1234|, "maybe": 5678}|'


def test_what_was_told_of_a_call_stays_where_it_turns_out_malformed() -> None:
    reply = '<tool_call>{"name": "search", "arguments": {"text": "as told", "count": oh}}</tool_call>'
    for size in (1, 4, 1000):
        steps = steps_of("hermes", reply, size)
        (one,) = (delta.call for step in steps for delta in step if isinstance(delta, ToolCallFinished))
        assert isinstance(one.arguments, str)
        assert "".join(arguments_in(steps)) == '{"text": "as told"'


@pytest.mark.parametrize("reply", ['{"name": "search", "arguments": {"text": "', "<tool_call>\n{"])
def test_nothing_is_told_of_what_may_still_be_words(reply: str) -> None:
    assert not [delta for delta in parser_for(DIALECTS["hermes"]).feed(reply) if not hasattr(delta, "text")]


@settings(max_examples=60)
@given(st.sampled_from(SEEN), st.text(max_size=60), st.integers(1, 9))
def test_any_text_arrives_as_it_was_written(name: str, text: str, size: int) -> None:
    steps = steps_of(name, text_of(name, call("search", {"text": text, "count": 1})), size)
    for one in (delta.call for step in steps for delta in step if isinstance(delta, ToolCallFinished)):
        if isinstance(one.arguments, dict):
            assert json.loads("".join(arguments_in(steps))) == one.arguments


@pytest.mark.parametrize("name", SEEN)
def test_telling_takes_time_that_grows_with_the_length_only(name: str) -> None:
    replies = [text_of(name, call("search", {"text": CODE * times})) for times in (2, 8)]
    assert_linear(lambda: steps_of(name, replies[0], 4), lambda: steps_of(name, replies[1], 4))
