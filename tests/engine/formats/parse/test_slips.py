"""What models write beside their format is read as it is meant, or stays as it was written."""

from __future__ import annotations

from typing import Any

import pytest

from engine.formats import AssistantMessage, Piece, Prompt
from engine.formats.learn.markers import ReasoningMarkers
from engine.formats.parse.arguments import Typing
from tests.engine.formats.dialects import DIALECTS, parse, parser_for

GEMMA = ReasoningMarkers("<|channel>thought", "<channel|>", lead="\n", learned=True)
KIMI = ReasoningMarkers(
    "<|open|>think<|sep|>",
    "<|close|>think<|sep|>",
    answer_opening="<|open|>response<|sep|>",
    answer_closing="<|close|>response<|sep|>",
    turn_closings=("<|close|>message<|sep|>",),
)
OPENED = Prompt("…", opens_reasoning=True)


def both(name: str, reply: str, **more: Any) -> AssistantMessage:
    """The message, the same whole and character by character."""
    whole = parse(DIALECTS[name], reply, **more)
    assert parse(DIALECTS[name], list(reply), **more) == whole
    return whole


def calls_of(message: AssistantMessage) -> list[tuple[str, Any]]:
    return [(call.name, call.arguments) for call in message.tool_calls]


@pytest.mark.parametrize(
    ("reply", "reasoning", "content"),
    [
        ("<|channel>Let me see.<channel|>Yes.", "Let me see.", "Yes."),
        ("<|channel>thousands<channel|>Yes.", "thousands", "Yes."),
        ("<|channel><|channel>thought\nA<channel|>Yes.", "A", "Yes."),
        ("<|channel>thought\n<channel|>Yes.<channel|>", "", "Yes."),
        ("<|channel>thought\n<channel|>Yes.<|channel>thought\n<channel|>", "", "Yes."),
        ("First.<|channel>thought\nB<channel|>Second.", "B", "First.Second."),
        ("<|channel>thought\nA<channel|>First.<|channel>B<channel|>Second.", "A\n\nB", "First.Second."),
    ],
)
def test_marks_of_special_tokens_count_wherever_they_stand(reply: str, reasoning: str, content: str) -> None:
    message = both("braced", reply, markers=GEMMA)
    assert (message.reasoning, message.content) == (reasoning, content)


def test_a_mark_that_people_may_write_counts_at_the_start_alone() -> None:
    message = both("hermes", "Write <think>so</think> for a thought.")
    assert (message.reasoning, message.content) == ("", "Write <think>so</think> for a thought.")


def test_an_answer_may_begin_where_a_thought_was_opened() -> None:
    reply = "<|open|>response<|sep|>Yes.<|close|>response<|sep|><|close|>message<|sep|>"
    message = both("hermes", reply, markers=KIMI, prompt=OPENED)
    assert (message.reasoning, message.content, message.truncated_in) == ("", "Yes.", "")


def test_a_call_may_begin_where_a_thought_was_opened() -> None:
    reply = '<tool_call>{"name": "search", "arguments": {"text": "a"}}</tool_call>\nDone.'
    message = both("hermes", reply, prompt=OPENED)
    assert calls_of(message) == [("search", {"text": "a"})]
    assert (message.reasoning, message.content) == ("", "Done.")


def test_calls_that_end_a_thought_may_be_followed_by_the_mark_of_the_turns_end() -> None:
    markers = ReasoningMarkers(turn_closings=("<|role_end|>",))
    reply = 'So.<tool_call>{"name": "search", "arguments": {}}</tool_call><|role_end|>'
    message = both("hermes", reply, markers=markers, prompt=OPENED)
    assert (message.reasoning, calls_of(message)) == ("So.", [("search", {})])


def test_the_token_in_front_of_a_reply_may_be_repeated() -> None:
    prompt = Prompt("<|user|>Hi<|bot|>", (Piece("<|user|>Hi<|bot|>", True),))
    assert both("hermes", "<|bot|>Hello <|bot|>", prompt=prompt).content == "Hello <|bot|>"


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("mistral", '[TOOL_CALLS] [TOOL_CALLS]search[ARGS]{"text": "a"}'),
        ("hermes", '<tool_call>\n<tool_call>{"name": "search", "arguments": {"text": "a"}}</tool_call>'),
        ("hermes", '<tool_call>{"name": "functions.search", "arguments": {"text": "a"}}</tool_call>'),
        ("hermes", '<tool_call>{"name": "search.search", "arguments": {"text": "a"}}</tool_call>'),
        ("hermes", '<tool_call>{"name": "search", "arguments": {"arguments": {"text": "a"}}}</tool_call>'),
        (
            "qwen-coder",
            "<tool_call><function=search><parameter=input>{'text': 'a'}</parameter></function></tool_call>",
        ),
        ("qwen-coder", "<tool_call><function=search><parameter=text>a</tool_call>"),
        ("braced", "<start_function_call>call:search{text:a<escape>}<end_function_call>"),
        ("braced", "<start_function_call>:search{text:<escape>a<escape>}<end_function_call>"),
        (
            "dsml",
            '<｜DSML｜invoke name="search"><｜DSML｜parameter name="text" string="true">a</｜DSML｜parameter>'
            "</｜DSML｜invoke></｜DSML｜calls>",
        ),
    ],
)
def test_a_call_with_a_slip_is_the_call_that_is_meant(name: str, reply: str) -> None:
    message = both(name, reply)
    assert calls_of(message) == [("search", {"text": "a"})] and message.content == ""


def test_an_argument_that_the_tool_does_not_have_is_no_part_of_the_one_before_it() -> None:
    reply = (
        "<tool_call>\n<function=search>\n<parameter=text>\na\n</parameter>\n<parameter=other>\nb\n</parameter>\n"
        "<parameter=more>\nc\n</parameter>\n</function>\n</tool_call>"
    )
    assert calls_of(both("qwen-coder", reply)) == [("search", {"text": "a", "other": "b", "more": "c"})]


def test_a_text_that_shows_an_argument_keeps_it() -> None:
    text = "Write\n</parameter>\n<parameter=other>\nb\n</parameter> so."
    reply = (
        f"<tool_call>\n<function=search>\n<parameter=text>\n{text}\n</parameter>\n</function>\n</tool_call>"
    )
    assert calls_of(both("qwen-coder", reply)) == [("search", {"text": text})]


def test_two_arguments_on_one_line_are_two_though_the_first_is_not_closed() -> None:
    reply = (
        "<tool_call><function=search><parameter=text>a<parameter=count>3</parameter></function></tool_call>"
    )
    assert calls_of(both("qwen-coder", reply)) == [("search", {"text": "a", "count": 3})]


@pytest.mark.parametrize(
    ("word", "text", "value"),
    [
        *(
            ("float", "3.5", 3.5),
            ("uint32", "42", 42),
            ("bool", "TRUE", True),
            ("dict", '{"a": 1}', {"a": 1}),
        ),
        *(("list", "[1]", [1]), ("str", "1", "1"), ("integer", '"12"', 12), ("integer", "twelve", "twelve")),
    ],
)
def test_types_in_the_words_of_programming_languages_are_those_of_json(
    word: str, text: str, value: Any
) -> None:
    typed = Typing({"properties": {"x": {"type": word}}}).from_text("x", text)
    assert (typed, type(typed)) == (value, type(value))


@pytest.mark.parametrize("reply", ["to=x is the syntax.", "to= is an assignment", "to=a<b is false"])
@pytest.mark.parametrize("name", ["harmony", "atem"])
def test_words_that_begin_like_a_header_are_words(name: str, reply: str) -> None:
    assert both(name, reply).content == reply


def test_a_header_that_breaks_off_is_not_shown() -> None:
    assert both("harmony", "to=functions.sea").content == ""


def test_words_on_both_sides_of_a_call_keep_the_space_between_them() -> None:
    parser = parser_for(DIALECTS["hermes"])
    parser.feed('One<tool_call>{"name": "search", "arguments": {}}</tool_call> two')
    assert parser.finish().content == "One two"
