"""Notations that models write although their template asks for another."""

from __future__ import annotations

import pytest

from engine.formats.dialect import ARGUMENTS, KEY, NAME, Dialect, Parameter
from tests.engine.formats.dialects import DIALECTS, call, parse, text_of
from tests.engine.formats.parse.test_slips import both, calls_of

V3 = Dialect(
    "deepseek",
    section_start="<｜tool▁calls▁begin｜>",
    call=("<｜tool▁call▁begin｜>", NAME, "<｜tool▁sep｜>", ARGUMENTS, "<｜tool▁call▁end｜>"),
    section_end="<｜tool▁calls▁end｜>",
)
MINIMAX = Dialect(
    "minimax",
    arguments="tagged",
    section_start="<minimax:tool_call>\n",
    call=('<invoke name="', NAME, '">', ARGUMENTS, "\n</invoke>"),
    separator="\n",
    section_end="\n</minimax:tool_call>",
    parameter=Parameter(('\n<parameter name="', KEY, '">'), ("</parameter>",)),
)


def test_the_notation_in_which_a_known_tool_is_called_counts() -> None:
    reply = (
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>search\n"
        '```json\n{"text": "a"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>'
    )
    for pieces in ([reply], list(reply)):
        message = parse(V3, pieces)
        assert (calls_of(message), message.content) == ([("search", {"text": "a"})], "")


def test_a_call_that_no_notation_knows_stays_as_its_own_reads_it() -> None:
    reply = (
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>other<｜tool▁sep｜>"
        '{"text": "a"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>'
    )
    assert calls_of(parse(V3, reply)) == [("other", {"text": "a"})]


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        (
            "hermes",
            '<tool_call>\n```json\n{"name": "search", "arguments": {"text": "a", "count": 3}}\n```\n</tool_call>',
        ),
        ("hermes", '<tool_call>\n{"name": "search", "arguments": {text: "a", count: 3}}\n</tool_call>'),
        (
            "hermes",
            '<tool_calls>\n[{"name": "search", "arguments": {"text": "a", "count": 3}}]\n</tool_calls>',
        ),
        (
            "hermes",
            '<tool_calls>\n<tool_call>\n{"name": "search", "arguments": {"text": "a", "count": 3}}\n'
            "</tool_call>\n</tool_calls>",
        ),
        ("hermes", '{"tool_calls": [{"name": "search", "arguments": {"text": "a", "count": 3}}]}'),
        ("hermes", '{\n  "tool_calls": [\n{"name": "search", "arguments": {"text": "a", "count": 3}}\n]\n}'),
        (
            "qwen-coder",
            '<tool_call>\n<function name="search">\n<parameter name="text">\na\n</parameter>\n'
            '<parameter name="count">3</parameter>\n</function>\n</tool_call>',
        ),
    ],
)
def test_a_call_that_is_wrapped_or_written_otherwise_is_read(name: str, reply: str) -> None:
    message = both(name, reply)
    assert (calls_of(message), message.content) == ([("search", {"text": "a", "count": 3})], "")


@pytest.mark.parametrize(
    "reply", ['{"tool_calls": []}', '{"tool_calls": [{"name": "other"}]}', "<tool_calls> are"]
)
def test_what_calls_no_known_tool_without_marks_is_the_answer(reply: str) -> None:
    message = both("hermes", reply)
    assert (message.content, message.tool_calls) == (reply, ())


def test_several_calls_may_stand_in_one_message() -> None:
    reply = '{"tool_calls": [{"function": {"name": "search", "arguments": "{}"}}, {"name": "get_time"}]}'
    assert calls_of(both("hermes", reply)) == [("search", {}), ("get_time", {})]


def test_the_namespace_of_a_section_may_be_missing() -> None:
    reply = (
        '<tool_call>\n<invoke name="search">\n<parameter name="text">a</parameter>\n</invoke>\n</tool_call>'
    )
    for pieces in ([reply], list(reply)):
        message = parse(MINIMAX, pieces)
        assert (calls_of(message), message.content) == ([("search", {"text": "a"})], "")


def test_a_section_of_named_calls_stands_for_one_list() -> None:
    dialect = Dialect(
        "list",
        section_start="<tool_calls>[",
        call=DIALECTS["array"].call,
        separator=", ",
        section_end="]</tool_calls>",
        envelope=DIALECTS["array"].envelope,
        array=True,
    )
    reply = '<tool_calls><tool_call>search\n```json\n{"text": "a"}\n```</tool_call></tool_calls>'
    for pieces in ([reply], list(reply)):
        message = parse(dialect, pieces)
        assert (calls_of(message), message.content) == ([("search", {"text": "a"})], "")


def test_a_call_between_the_dialects_own_marks_needs_no_repair() -> None:
    message = both("qwen-coder", text_of("qwen-coder", call("search", {"text": "a"})))
    assert not message.tool_calls[0].repaired
