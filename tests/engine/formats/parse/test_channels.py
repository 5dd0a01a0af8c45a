from __future__ import annotations

import pytest

from engine.formats import ChatFormat, Prompt
from engine.formats.learn.markers import ReasoningMarkers
from engine.formats.parse.channels import ChannelParser
from tests.engine.formats import templates
from tests.engine.formats.dialects import ATEM, HARMONY, TOOLS, parse, parser_for

ANALYSIS = "<|channel|>analysis<|message|>I must look.<|end|>"
NEXT = "<|start|>assistant"


@pytest.mark.parametrize(
    "header",
    [
        "<|channel|>commentary to=functions.search <|constrain|>json<|message|>",
        " to=functions.search<|channel|>commentary json<|message|>",
        " to=functions.search<|channel|>analysis<|message|>",
        "<|channel|>commentary to=functions.search<|message|>",
        "<|channel|>commentary to=search code<|message|>",
    ],
)
@pytest.mark.parametrize("end", ["", "<|call|>"])
def test_every_order_of_the_header(header: str, end: str) -> None:
    body = '{"text": "<|end|> and <|call|>", "count": "2"}'
    for before in ("", ANALYSIS + NEXT):
        message = parse(HARMONY, f"{before}{header}{body}{end}")
        assert message.reasoning == ("I must look." if before else "")
        assert [(call.name, call.arguments) for call in message.tool_calls] == [
            ("search", {"text": "<|end|> and <|call|>", "count": 2})
        ]
        assert message.tool_calls[0].coercions == ("count: string to integer",)
        assert message.content == ""


def test_channels_are_told_apart() -> None:
    text = (
        f"{ANALYSIS}{NEXT}<|channel|>commentary<|message|>Let me see.<|end|>"
        f"{NEXT}<|channel|>analysis<|message|>Again.<|end|>{NEXT}<|channel|>final<|message|>  Done.\n<|return|>"
    )
    message = parse(HARMONY, text)
    assert message.reasoning == "I must look.\n\nAgain."
    assert message.content == "Let me see.\n\n  Done."


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("<|channel|>analysis<|message|>Hm", "reasoning"),
        ('<|channel|>commentary to=functions.search<|message|>{"text": "x', "tool_call"),
        ("<|channel|>final<|message|>Ye", ""),
        ("<|channel|>ana", ""),
    ],
)
def test_where_a_reply_breaks_off(text: str, where: str) -> None:
    message = parse(HARMONY, text)
    assert message.truncated_in == where
    assert "<" not in message.content


@pytest.mark.parametrize("text", ["Just words.", "to be or not", "<b>bold</b>", "a"])
def test_words_without_a_header_are_the_answer(text: str) -> None:
    assert parse(HARMONY, text).content == text


def test_a_call_that_is_no_json_is_malformed() -> None:
    message = parse(HARMONY, "<|channel|>commentary to=python<|message|>print(1)<|call|>")
    assert [(call.name, call.arguments) for call in message.tool_calls] == [("python", "print(1)")]


def test_messages_to_oneself_and_to_the_user() -> None:
    text = " to=self<|message|>Hm.<|eom|><|start|>assistant to=user<|message|>Yes.<|eot|>"
    message = parse(ATEM, text)
    assert (message.reasoning, message.content) == ("Hm.", "Yes.")


def test_a_call_in_tags_to_a_tool() -> None:
    body = (
        '<atem:function_calls>\n<atem:invoke name="search">\n<atem:parameter name="text"> a </atem:parameter>\n'
        "</atem:invoke>\n</atem:function_calls>"
    )
    message = parse(
        ATEM, f" to=self<|message|>Hm.<|eom|><|start|>assistant to=search<|message|>{body}<|eom|>"
    )
    assert message.reasoning == "Hm."
    assert [(call.name, call.arguments) for call in message.tool_calls] == [("search", {"text": " a "})]


def test_thoughts_may_be_continued() -> None:
    parser = parser_for(
        HARMONY,
        ReasoningMarkers(),
        Prompt("", opens_reasoning=True, continued=True, continued_reasoning="I th"),
    )
    parser.feed("ink.<|end|><|start|>assistant<|channel|>final<|message|>Yes.")
    message = parser.finish()
    assert (message.reasoning, message.content) == ("I think.", "Yes.")


def test_the_template_of_channels_is_known_by_its_marks() -> None:
    chat_format = ChatFormat.from_template(templates.CHANNELS)
    assert chat_format.dialect.name == "harmony"
    prompt = chat_format.render([{"role": "user", "content": "Q"}], tools=TOOLS)
    parser = chat_format.parser(prompt)
    parser.feed("<|channel|>commentary to=functions.search<|message|>{}")
    assert [call.name for call in parser.finish().tool_calls] == ["search"]


def test_without_tools_a_call_is_part_of_the_answer() -> None:
    reply = '<|channel|>commentary to=functions.search <|constrain|>json<|message|>{"text": "x"}<|call|>'
    parser = ChannelParser(ReasoningMarkers(), Prompt(""), HARMONY, ())
    parser.feed(reply)
    message = parser.finish()
    assert (message.content, message.tool_calls) == ('{"text": "x"}', ())


def test_of_two_channels_in_a_header_the_last_is_meant() -> None:
    message = parse(HARMONY, "<|channel|>analysis<|channel|>final<|message|>Hello.")
    assert (message.reasoning, message.content) == ("", "Hello.")


@pytest.mark.parametrize("header", ["<|message|>", " to=user<|message|>", " to=self<|message|>"])
def test_calls_in_tags_are_calls_whoever_their_message_is_for(header: str) -> None:
    body = (
        '<atem:function_calls>\n<atem:invoke name="search">\n<atem:parameter name="text">a</atem:parameter>\n'
        "</atem:invoke>\n</atem:function_calls>"
    )
    reply = f"{header}{body}<|eom|>{NEXT} to=user<|message|>Done.<|eot|>"
    message = parse(ATEM, reply)
    assert parse(ATEM, list(reply)) == message
    assert [(call.name, call.arguments) for call in message.tool_calls] == [("search", {"text": "a"})]
    assert (message.reasoning, message.content) == ("", "Done.")


def test_the_mark_of_a_message_without_its_role_is_a_word() -> None:
    reply = " to=user<|message|>Write `<|start|>` in front.<|eot|>"
    assert parse(ATEM, reply).content == parse(ATEM, list(reply)).content == "Write `<|start|>` in front."


@pytest.mark.parametrize(
    ("name", "behind"), [("unknown", ""), ("search", " That is how it is written."), ("search", "<|end")]
)
def test_calls_in_tags_for_nobody_are_words_where_the_tool_is_not_known_or_words_follow(
    name: str, behind: str
) -> None:
    body = (
        f'<atem:function_calls>\n<atem:invoke name="{name}">\n</atem:invoke>\n</atem:function_calls>{behind}'
    )
    message = parse(ATEM, f" to=user<|message|>{body}")
    assert parse(ATEM, list(f" to=user<|message|>{body}")) == message
    assert (message.content, message.tool_calls) == (body, ())


@pytest.mark.parametrize(
    "name", ['search<|message|><|message|>">', "search<|message|>", 'sea<|message|>rch">']
)
def test_the_mark_of_a_message_within_a_calls_tag_is_a_slip(name: str) -> None:
    parameter = '<atem:parameter name="text">a</atem:parameter>'
    body = (
        f'<atem:function_calls>\n<atem:invoke name="{name}{parameter}\n</atem:invoke>\n</atem:function_calls>'
    )
    message = parse(ATEM, f" to=search<|message|>{body}<|eot|>")
    assert parse(ATEM, list(f" to=search<|message|>{body}<|eot|>")) == message
    assert [(call.name, call.arguments) for call in message.tool_calls] == [("search", {"text": "a"})]
