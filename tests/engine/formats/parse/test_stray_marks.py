"""Marks that stand where no template writes them, and calls without their marks."""

from __future__ import annotations

import msgspec
import pytest

from engine.formats.dialect import ARGUMENTS, INDEX, NAME
from engine.formats.known_dialects import AFTER_LEARNING, GLM, PYTHON_TAG_JSON, known_dialect
from engine.formats.learn.markers import ReasoningMarkers
from engine.formats.writing import WrittenCall, written
from tests.engine.formats.dialects import DIALECTS, parse
from tests.engine.formats.parse.test_slips import both, calls_of


def test_marks_of_a_tools_result_mean_nothing_in_a_reply() -> None:
    markers = ReasoningMarkers(result_marks=("<｜tool▁output▁begin｜>", "<｜tool▁output▁end｜>"))
    reply = "It is <｜tool▁output▁begin｜>22 °C<｜tool▁output▁end｜> there."
    assert both("hermes", reply, markers=markers).content == "It is 22 °C there."


@pytest.mark.parametrize("dialect", ["braced", "hermes", "qwen-coder"])
@pytest.mark.parametrize("behind", ["", "Done."])
def test_the_closing_mark_of_a_call_may_be_written_twice(dialect: str, behind: str) -> None:
    call = written(DIALECTS[dialect], [WrittenCall("search", {"text": "a"})])
    closing = DIALECTS[dialect].call[-1].rpartition("<")
    message = both(dialect, call + "<" + closing[2].strip() + behind)
    assert calls_of(message) == [("search", {"text": "a"})]
    assert message.content == behind


def test_the_closing_mark_may_stand_behind_a_call_without_an_opening_one() -> None:
    message = both("hermes", '{"name": "search", "arguments": {"text": "a"}}\n</tool_call>')
    assert (calls_of(message), message.content) == ([("search", {"text": "a"})], "")


def test_one_block_may_hold_several_braced_calls() -> None:
    begin, end = "<start_function_call>", "<end_function_call>"
    reply = f"{begin}call:search{{text:<escape>a<escape>}}call:get_time{{}}{end}Done."
    message = both("braced", reply)
    assert calls_of(message) == [("search", {"text": "a"}), ("get_time", {})]
    assert message.content == "Done."


def test_a_semicolon_parts_calls_behind_one_mark_without_a_closing_one() -> None:
    one, two = (f'{{"name": "search", "parameters": {{"text": "{text}"}}}}' for text in "ab")
    reply = f"<|python_tag|>{one}; {two}"
    message = parse(PYTHON_TAG_JSON, reply)
    assert parse(PYTHON_TAG_JSON, list(reply)) == message
    assert calls_of(message) == [("search", {"text": "a"}), ("search", {"text": "b"})]


def test_marks_in_words_are_known_in_their_short_form() -> None:
    markers = ReasoningMarkers("Here is my thought process:", "Here is my response:")
    message = both("hermes", "Here's my thought process: Hm.\n\nHere's my response: Yes.", markers=markers)
    assert (message.reasoning.strip(), message.content.strip()) == ("Hm.", "Yes.")


def test_tagged_calls_may_be_an_object_between_their_tags() -> None:
    dialect = msgspec.structs.replace(
        GLM, call=("<own_call>", *GLM.call[1:-1], "</own_call>"), parameter=GLM.parameter
    )
    reply = '<own_call>{"name": "search", "arguments": {"text": "a"}}</own_call>'
    message = parse(dialect, reply)
    assert parse(dialect, list(reply)) == message
    assert (calls_of(message), message.content) == ([("search", {"text": "a"})], "")


BARE = [
    ("bare", '{"name": "search", "arguments": {"text": "a"}}'),
    ("bare", '{\n  "name": "search",\n  "arguments": {"text": "a"}\n}'),
    ("bare pythonic", "[search(text='a')]"),
]


@pytest.mark.parametrize(("dialect", "call"), BARE)
def test_a_call_without_a_mark_may_stand_behind_words(dialect: str, call: str) -> None:
    message = both(dialect, f"I will look. {call}")
    assert (message.content, calls_of(message)) == ("I will look.", [("search", {"text": "a"})])


@pytest.mark.parametrize(
    "reply",
    [
        'It is written so:\n```json\n{"name": "search", "arguments": {"text": "a"}}\n```',
        'Such as {"name": "search"} alone.',
        'Such as {"name": "nobody", "arguments": {}} or [nobody(a=1)].',
        'Such as {"name": "search", "arguments": {"text": ',
    ],
)
@pytest.mark.parametrize("dialect", ["bare", "bare pythonic"])
def test_what_is_an_example_or_no_whole_call_behind_words_stays_words(dialect: str, reply: str) -> None:
    message = both(dialect, reply)
    assert (message.content, message.tool_calls) == (reply, ())


def test_in_a_dialect_with_marks_words_are_words() -> None:
    reply = 'Such as {"name": "search", "arguments": {"text": "a"}}'
    assert both("hermes", reply).content == reply


def test_calls_without_marks_on_a_line_of_their_own_count_where_the_reply_ends_with_them() -> None:
    calls = '{"name": "search", "arguments": {"text": "a"}}\n{"name": "get_time", "arguments": {}}'
    message = both("hermes", f"Now:\n{calls}\n")
    assert (message.content, [c.name for c in message.tool_calls]) == ("Now:", ["search", "get_time"])
    for reply in (f"As in\n{calls}\nand so on.", f"```\nsuch as\n{calls}\n```"):
        message = both("hermes", reply)
        assert (message.content, message.tool_calls) == (reply, ())


def test_an_echo_of_calls_without_their_marks_is_dropped() -> None:
    dialect = known_dialect("<|tool_list_start|>", AFTER_LEARNING)
    assert dialect is not None
    calls = "[search(text='a'), get_time()]"
    message = parse(dialect, f"<|tool_call_start|>{calls}<|tool_call_end|>{calls}<|tool_call_end|>")
    assert [c.name for c in message.tool_calls] == ["search", "get_time"]
    assert message.content == ""


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_a_thought_on_a_line_of_its_own_within_the_answer_is_one(between: str) -> None:
    message = both("hermes", f"<think>a</think>One.{between}<think>\nb\n</think>\n\nTwo.")
    assert (message.reasoning, message.content) == ("a\n\nb", "One.\n\nTwo.")
    for reply in ("Between <think> and </think>.", "Code:\n```\n<think>\n```\nEnd.", "`<think>` opens."):
        message = both("hermes", reply)
        assert (message.reasoning, message.content) == ("", reply)


def test_marks_of_earlier_models_count() -> None:
    markers = ReasoningMarkers(
        answer_opening="<|START_TEXT|>", early_answer_opening="<|START_TEXT|>", answer_closing="<|END_TEXT|>"
    )
    assert both("hermes", "<|START_RESPONSE|>Yes.<|END_RESPONSE|>", markers=markers).content == "Yes."


def test_attributes_for_types_may_be_missing() -> None:
    reply = (
        '<｜DSML｜calls>\n<｜DSML｜invoke name="search">\n<｜DSML｜parameter name="count">3</｜DSML｜parameter>\n'
        '<｜DSML｜parameter name="text" string="true">a</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜calls>'
    )
    assert calls_of(both("dsml", reply)) == [("search", {"count": 3, "text": "a"})]


def test_attributes_for_the_number_of_a_call_may_be_missing() -> None:
    numbered = msgspec.structs.replace(
        DIALECTS["dsml"], call=('<call tool="', NAME, '" index="', INDEX, '">', ARGUMENTS, "</call>")
    )
    for number in ("", ' index="1"'):
        reply = f'<｜DSML｜calls><call tool="search"{number}></call></｜DSML｜calls>'
        assert calls_of(parse(numbered, reply)) == calls_of(parse(numbered, list(reply))) == [("search", {})]
