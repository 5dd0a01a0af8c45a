"""Whatever way a reply is cut, the same message comes out, in time that grows with its length only."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.formats import (
    AssistantMessage,
    ContentDelta,
    Piece,
    Prompt,
    ReasoningDelta,
    ToolArgumentsDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from engine.formats.learn.markers import ReasoningMarkers
from engine.formats.parse.unread_call import UnreadCall
from tests.engine.formats.dialects import DIALECTS, call, parse_with_deltas, parser_for, text_of
from tests.support.counting import assert_linear

NAMES = sorted(DIALECTS)


def pieces_of(name: str) -> list[str]:
    """What replies in this dialect are made of: its marks, halves of them, whole calls, words."""
    dialect = DIALECTS[name]
    whole = text_of(name, call("search", {"text": "a b", "count": 1}), call("get_time", {}))
    parts = [dialect.section_start, dialect.section_end, *dialect.call]
    if dialect.parameter:
        parts += [*dialect.parameter.start, *dialect.parameter.end]
    marks = [part for part in parts if isinstance(part, str) and part]
    return [
        *marks,
        *(mark[: len(mark) // 2] for mark in marks),
        *(mark.rstrip("=\"'>\n") for mark in marks),
        *("search\n", "text\n", " text>", "text=", "{'a', 'b'}", "07"),
        *(whole, whole[: len(whole) // 2], "search", "text", "words", "<", "{", "}", '"', "]", "\n", " "),
        *("<think>", "</think>", "```json\n", "한", "<tool_call>", "</tool_call>"),
    ]


REPLIES = st.sampled_from(NAMES).flatmap(
    lambda name: st.tuples(st.just(name), st.lists(st.sampled_from(pieces_of(name)), max_size=9).map("".join))
)


@settings(max_examples=150)
@given(REPLIES, st.data())
def test_the_result_does_not_depend_on_the_cuts(named: tuple[str, str], data: st.DataObject) -> None:
    name, reply = named
    cuts = sorted(data.draw(st.lists(st.integers(0, len(reply)), max_size=6)))
    pieces = [reply[a:b] for a, b in zip([0, *cuts], [*cuts, len(reply)], strict=True)]
    whole = told(name, [reply])
    assert told(name, pieces) == whole
    assert told(name, list(reply)) == whole


MARKERS = {
    "special": ReasoningMarkers("<|channel>thought", "<channel|>", turn_closings=("<turn|>",)),
    "worded": ReasoningMarkers(
        "<|open|>think<|sep|>",
        "<|close|>think<|sep|>",
        answer_opening="<|open|>response<|sep|>",
        early_answer_opening="<|open|>response<|sep|>",
        answer_closing="<|close|>response<|sep|>",
        turn_closings=("<|close|>message<|sep|>",),
    ),
    "bracketed": ReasoningMarkers("[THINK]", "[/THINK]", turn_opening="<|im_start|>assistant"),
}
PROMPTS = {
    "plain": Prompt("<|bot|>", (Piece("<|bot|>", True),)),
    "open": Prompt("…", opens_reasoning=True),
    "past": Prompt("…", continued_reasoning="So. "),
}


@settings(max_examples=150)
@given(
    st.sampled_from(sorted(MARKERS)),
    st.sampled_from(sorted(PROMPTS)),
    st.sampled_from(["hermes", "qwen-coder", "kimi", "glm"]),
    st.data(),
)
def test_with_any_markers_the_result_does_not_depend_on_the_cuts(
    kind: str, opened: str, name: str, data: st.DataObject
) -> None:
    markers = MARKERS[kind]
    marks = [
        *(
            markers.opening,
            markers.closing,
            markers.answer_opening,
            markers.answer_closing,
            markers.turn_opening,
        ),
        *(*markers.turn_closings, "<|channel>", "<|bot|>", "words", "\n", " ", "<", "<|", "thought"),
        *(text_of(name, call("search", {"text": "a b"})), "<tool_call>", "</tool_call>"),
    ]
    pieces = st.lists(st.sampled_from([mark for mark in marks if mark]), max_size=8)
    reply = "".join(data.draw(pieces))
    size = data.draw(st.integers(1, 7))
    more = {"markers": markers, "prompt": PROMPTS[opened]}
    whole = told(name, [reply], **more)
    assert told(name, [reply[at : at + size] for at in range(0, len(reply), size)], **more) == whole


@pytest.mark.parametrize("name", NAMES)
def test_a_call_that_was_told_to_begin_comes_to_its_end_wherever_the_reply_breaks_off(name: str) -> None:
    reply = text_of(name, call("search", {"text": "a b", "count": 12}), call("get_time", {}))
    for end in range(len(reply)):
        _, deltas = told(name, [reply[:end]])
        begun = [delta.id for delta in deltas if isinstance(delta, ToolCallStarted)]
        assert begun == [delta.call.id for delta in deltas if isinstance(delta, ToolCallFinished)]


def told(name: str, pieces: list[str], **more: Any) -> tuple[AssistantMessage, list[object]]:
    """The message, and what was told on the way with neighbouring texts joined."""
    message, deltas = parse_with_deltas(DIALECTS[name], pieces, **more)
    joined: list[object] = []
    for delta in deltas:
        last = joined[-1] if joined else None
        for kind in (ContentDelta, ReasoningDelta):
            if isinstance(delta, kind) and isinstance(last, kind):
                joined[-1] = kind(last.text + delta.text)
                break
        else:
            if isinstance(delta, ToolArgumentsDelta) and isinstance(last, ToolArgumentsDelta):
                assert delta.index == last.index
                joined[-1] = ToolArgumentsDelta(delta.index, last.text + delta.text)
                continue
            joined.append(delta)
    shown = "".join(d.text for d in deltas if isinstance(d, ContentDelta))
    assert shown == message.content
    assert [d.call for d in deltas if isinstance(d, ToolCallFinished)] == list(message.tool_calls)
    started = [(d.index, d.id) for d in deltas if isinstance(d, ToolCallStarted)]
    assert started == [(index, c.id) for index, c in enumerate(message.tool_calls)]
    return message, joined


def parse_pieces(name: str, text: str, cut: int) -> None:
    parser = parser_for(DIALECTS[name])
    for start in range(0, len(text), cut):
        parser.feed(text[start : start + cut])
    parser.finish()


def assert_parsed_linearly(name: str, text: str, longer: str, cut: int = 10**9) -> None:
    """`longer` has four times the length."""
    assert_linear(lambda: parse_pieces(name, text, cut), lambda: parse_pieces(name, longer, cut))


UNITS = {
    "hermes": ("<tool_call>", '<tool_call>{"', "<tool_call>{'x'</tool_call>", "<tool_call>[", "```json\n{"),
    "array": ("<TOOLCALL>", '<TOOLCALL>[{"name":', "<TOOLCALL>[]"),
    "qwen-coder": (
        "<tool_call>\n<function=search>",
        "<function=x>",
        "</parameter>\n</function>\n</tool_call> x",
        "<tool_call>\n<function=search>\n<parameter=text>\nx</function>",
        "<tool_call>\n<function=search>\n<parameter=text>\nx\n</parameter>\n</function>\n</tool_call>",
    ),
    "glm": ("<tool_call>", "<tool_call>search<arg_key>", "<tool_call>a "),
    "pythonic": (
        "<|tool_call_start|>",
        "<|tool_call_start|>[search(text='",
        "<|tool_call_start|>[search(a=b)",
    ),
    "kimi": ("<|tool_calls_section_begin|>", "<|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"),
    "harmony": (
        "<|channel|>",
        "<|start|>",
        "<|channel|>commentary to=functions.f<|message|>{",
        "<|message|>",
    ),
    "elements": (
        "]<]x[>[<tool_call>",
        "]<]x[>[",
        ']<]x[>[<tool_call>\n]<]x[>[<invoke name="search">]<]x[>[<a>',
    ),
    "braced": ("<start_function_call>call:f{", "<start_function_call>", "<escape>"),
}


@pytest.mark.parametrize(("name", "unit"), [(name, unit) for name, units in UNITS.items() for unit in units])
def test_many_marks_take_linear_time(name: str, unit: str) -> None:
    assert_parsed_linearly(name, unit * 1_000, unit * 4_000)


@pytest.mark.parametrize("name", ["hermes", "qwen-coder", "kimi", "harmony", "glm"])
def test_a_long_call_takes_linear_time(name: str) -> None:
    """Token by token, with an argument of many lines."""
    text = text_of(name, call("search", {"text": "some words in a line\n" * 1_000}))
    longer = text_of(name, call("search", {"text": "some words in a line\n" * 4_000}))
    assert_parsed_linearly(name, text, longer, cut=4)


def test_a_million_characters_of_words() -> None:
    words = "words and words, " * 8_000
    assert_parsed_linearly("hermes", words, 4 * words, cut=4)
    assert_parsed_linearly("hermes", "\n <" * 40_000, "\n <" * 160_000)


@pytest.mark.parametrize("name", NAMES)
def test_a_long_text_in_a_call_is_not_read_again_and_again(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    take = UnreadCall.take
    monkeypatch.setattr(UnreadCall, "take", lambda unread: read.append("") or take(unread))
    text = "return {'a': \"b\"} \\ 한\n" * 500
    parser, reply = parser_for(DIALECTS[name]), text_of(name, call("search", {"text": text}))
    for at in range(0, len(reply), 4):
        parser.feed(reply[at : at + 4])
    assert parser.finish().tool_calls[0].arguments == {"text": text}
    assert len(read) < 60
