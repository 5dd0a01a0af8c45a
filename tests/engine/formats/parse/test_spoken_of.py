"""Calls that a model quotes are words, those that it makes are calls."""

from __future__ import annotations

import pytest

from engine.formats.learn.markers import ReasoningMarkers
from tests.engine.formats.dialects import DIALECTS, call, parse, text_of
from tests.engine.formats.parse.test_slips import both, calls_of

CALL = '<tool_call>\n{"name": "search", "arguments": {"text": "a"}}\n</tool_call>'
IN_LINE = CALL.replace("\n", "")


@pytest.mark.parametrize(
    "reply",
    [
        'A call looks like `<tool_call>{"name": ...}</tool_call>` here.',
        'It is `<tool_call>{"name": ...}</tool_call>`',
        'Both ``<tool_call>{"name": `f`}</tool_call>`` and `<tool_call>` are marks.',
        f"Write `{IN_LINE}` for it.",
        f"Write `{IN_LINE}`",
        'So:\n```xml\n<tool_call>\n{"name": <name>, "arguments": <object>}\n</tool_call>\n```\nThat is all.',
        'So:\n```\n<tool_call>\n{"name": "other", "arguments": {}}\n</tool_call>\n```',
        f"So:\n```\n{CALL}\n```\nThat is all.",
    ],
)
def test_a_call_in_code_is_words(reply: str) -> None:
    message = both("hermes", reply)
    assert (message.content, message.tool_calls) == (reply, ())


@pytest.mark.parametrize(
    ("reply", "content"),
    [
        (f"Use `search`.\n{CALL}", "Use `search`."),
        (f"Use `search`: {CALL}\nThen `go`.", "Use `search`: Then `go`."),
        (f"A stray ` here.\n{CALL}\nMore.", "A stray ` here.\nMore."),
        (f"A stray ` here: {CALL}", "A stray ` here:"),
        (f"```py\nx = 1\n```\n{CALL}\nMore.", "```py\nx = 1\n```\nMore."),
        (f"So:\n```\n{CALL}\n```", "So:\n```\n```"),
    ],
)
def test_a_call_behind_or_within_code_is_one_where_it_ends_the_reply(reply: str, content: str) -> None:
    message = both("hermes", reply)
    assert calls_of(message) == [("search", {"text": "a"})]
    assert message.content == content


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_calls_of_every_dialect_are_words_in_code(name: str) -> None:
    if DIALECTS[name].trigger and not DIALECTS[name].channels:
        written = text_of(name, call("search", {"text": "a"})).strip().replace("\n", "")
        reply = f"A call looks like ``{written}`` in this format."
        message = both(name, reply)
        assert (message.content, message.tool_calls) == (reply, ())


def test_marks_of_results_are_words_in_code() -> None:
    markers = ReasoningMarkers(result_marks=("<｜tool▁output▁begin｜>", "<｜tool▁output▁end｜>"))
    reply = "`<｜tool▁output▁begin｜>` opens a result."
    assert both("hermes", reply, markers=markers).content == reply


@pytest.mark.parametrize("cut", range(1, 7))
def test_a_fence_that_arrives_in_pieces_is_one(cut: int) -> None:
    reply = f"``````xml\n{IN_LINE}\n``````\nThat is all."
    for pieces in ([reply], [reply[:cut], reply[cut:]], list(reply)):
        assert parse(DIALECTS["hermes"], pieces).content == reply
