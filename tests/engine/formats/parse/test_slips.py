"""What models write beside their format is read as it is meant, or stays as it was written."""

from __future__ import annotations

from typing import Any

import pytest

from engine.formats import AssistantMessage, Piece, Prompt, ReplyParser
from engine.formats.dialect import Dialect
from engine.formats.known_dialects import other_notations
from engine.formats.learn.markers import ReasoningMarkers
from engine.formats.parse.arguments import Typing
from engine.formats.parse.call_reader import CallReader
from engine.formats.values import Tools
from tests.engine.formats.dialects import DIALECTS, call, parse, parser_for, text_of

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


@pytest.mark.parametrize("reply", ["[TOOL_CALLS]ping", "[TOOL_CALLS] ping\n"])
def test_the_name_of_a_tool_that_takes_nothing_is_a_call(reply: str) -> None:
    assert calls_of(mistral(reply, "ping", "search")) == [("ping", {})]


@pytest.mark.parametrize("reply", ["[TOOL_CALLS]search", "[TOOL_CALLS]pin", "[TOOL_CALLS]"])
def test_a_name_that_breaks_off_or_needs_arguments_is_no_call(reply: str) -> None:
    message = mistral(reply, "ping", "search")
    assert (message.tool_calls, message.truncated_in) == ((), "tool_call")


def test_a_name_that_may_go_on_as_that_of_another_tool_is_no_call() -> None:
    assert mistral("[TOOL_CALLS]ping", "ping", "ping_all").tool_calls == ()


def mistral(reply: str, *names: str) -> AssistantMessage:
    """What a model with these tools says; the one named search alone has an argument."""
    text = {"type": "object", "properties": {"text": {"type": "string"}}}
    tools = [{"name": name, "parameters": text if name == "search" else {}} for name in names]
    return read(DIALECTS["mistral"], tools, reply)


def read(dialect: Dialect, tools: Tools, reply: str) -> AssistantMessage:
    """The message, the same whole and character by character."""
    whole, cut = (
        ReplyParser(ReasoningMarkers(), Prompt(""), CallReader(dialect, other_notations(dialect), tools))
        for _ in range(2)
    )
    whole.feed(reply)
    for character in reply:
        cut.feed(character)
    message = whole.finish()
    assert cut.finish() == message
    return message


NUMBERED = [
    {"name": "read", "parameters": {"properties": {"path": {"type": "string"}}, "required": ["path"]}},
    {"name": "wait", "parameters": {"properties": {"seconds": {"type": "number"}}}},
    {"name": "sleep", "parameters": {"properties": {"seconds": {"type": "number"}}}},
]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [('{"path": "a.txt"}', "read"), ('{"seconds": 3}', "1"), ("{}", "1"), ('{"x": 1}', "1")],
)
def test_a_number_for_a_name_is_the_one_tool_that_takes_the_arguments(arguments: str, name: str) -> None:
    kimi = f"<|tool_call_begin|>1<|tool_call_argument_begin|>{arguments}<|tool_call_end|>"
    hermes = f'<tool_call>{{"name": "1", "arguments": {arguments}}}</tool_call>'
    for dialect, reply in (("kimi", kimi), ("hermes", hermes)):
        assert [call.name for call in read(DIALECTS[dialect], NUMBERED, reply).tool_calls] == [name]


def test_calls_joined_by_a_semicolon_need_one_mark() -> None:
    one = '{"name": "search", "arguments": {"text": "a"}}'
    message = both("hermes", f"<tool_call>{one}</tool_call>; {one}; {{'other': 1}}")
    assert calls_of(message) == [("search", {"text": "a"})] * 2
    assert message.content == "; {'other': 1}"


@pytest.mark.parametrize(
    "calls",
    ["[search(text='a')]", '{"name": "search", "arguments": {"text": "a"}}', "\n[search(text='a')]\n"],
)
def test_calls_may_follow_words_between_the_marks_of_calls(calls: str) -> None:
    words = "<|tool_call_start|>I look at [a].<|tool_call_end|>"
    message = both("pythonic", words + calls)
    assert (message.content, calls_of(message)) == ("I look at [a].", [("search", {"text": "a"})])
    assert both("pythonic", words + "\n\n[1] so").content == "I look at [a].\n\n[1] so"


def test_json_in_a_section_of_tagged_calls_is_a_call_of_a_known_tool() -> None:
    reply = '<minimax:tool_call>\n{"name": "search", "arguments": {"text": "a"}}\n</minimax:tool_call>'
    assert calls_of(both("minimax", reply)) == [("search", {"text": "a"})]
    assert both("minimax", reply.replace("search", "other")).tool_calls == ()


def test_entities_in_attributes_are_the_signs_they_stand_for() -> None:
    tools = [{"name": "a&b", "parameters": {"properties": {'"k"': {"type": "string"}}}}]
    reply = (
        '<minimax:tool_call><invoke name="a&amp;b"><parameter name="&quot;k&quot;">1 &amp; 2</parameter></invoke>'
        "</minimax:tool_call>"
    )
    assert calls_of(read(DIALECTS["minimax"], tools, reply)) == [("a&b", {'"k"': "1 &amp; 2"})]


def test_elements_of_one_name_are_an_array() -> None:
    at = "]<]x[>["
    inner = "".join(f"{at}<tag>{word}{at}</tag>" for word in ("a", "b"))
    reply = (
        f'{at}<tool_call>\n{at}<invoke name="search">{at}<nested>{inner}{at}<only>c{at}</only>{at}</nested>'
        f"{at}</invoke>\n{at}</tool_call>"
    )
    assert calls_of(both("elements", reply)) == [("search", {"nested": {"tag": ["a", "b"], "only": "c"}})]


def test_the_schema_tells_the_text_of_a_tagged_call_apart() -> None:
    branches = [
        {"properties": {"unit": {"const": "name"}, "value": {"type": "string"}}},
        {"properties": {"unit": {"const": "steps"}, "value": {"type": "integer"}}},
    ]
    tools = [{"name": "go", "parameters": {"type": "object", "anyOf": branches}}]
    for unit, value in (("name", "7"), ("steps", 7)):
        reply = (
            "<tool_call>go\n<arg_key>value</arg_key>\n<arg_value>7</arg_value>\n"
            f"<arg_key>unit</arg_key>\n<arg_value>{unit}</arg_value>\n</tool_call>"
        )
        assert calls_of(read(DIALECTS["glm"], tools, reply)) == [("go", {"value": value, "unit": unit})]


def test_sets_of_python_are_arrays_in_a_call() -> None:
    arguments = "items={'a', ('b', 1)}, nested={'k': {2}}, text=07, count=07"
    reply = f"<|tool_call_start|>[search({arguments})]<|tool_call_end|>"
    given = {"items": ["a", ["b", 1]], "nested": {"k": [2]}, "text": "07", "count": 7}
    assert calls_of(both("pythonic", reply)) == [("search", given)]


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


def test_a_quote_within_a_command_does_not_end_it() -> None:
    command = """python3 -c "print(latex(x, symbol='\\,'))" && echo 'a', 'b')"""
    for name in ("pythonic", "bare pythonic"):
        reply = text_of(name, call("search", {"text": "QX", "count": 1})).replace("'QX'", f"'{command}'")
        assert calls_of(both(name, reply)) == [("search", {"text": command, "count": 1})]


@pytest.mark.parametrize(("written", "text"), [(r"\d+\.\d", r"\d+\.\d"), (r"a\nb \(c\)", "a\nb \\(c\\)")])
def test_a_backslash_that_escapes_nothing_is_one(written: str, text: str) -> None:
    message = both(
        "hermes", f'<tool_call>{{"name": "search", "arguments": {{"text": "{written}"}}}}</tool_call>'
    )
    assert calls_of(message) == [("search", {"text": text})]
    assert message.tool_calls[0].repaired


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("glm", "<tool_call>search text='a b' count=3</tool_call>"),
        ("glm", '<tool_call>search(text="a b", count=3)</tool_call>'),
        ("hermes", '<tool_call>\nsearch(text="a b", count=3)\n</tool_call>'),
        ("bare pythonic", '```tool_code\nsearch(text="a b", count=3)\n```'),
    ],
)
def test_arguments_as_python_writes_them_are_read_in_other_dialects(name: str, reply: str) -> None:
    message = both(name, reply)
    assert calls_of(message) == [("search", {"text": "a b", "count": 3})]
    assert message.content == ""


def test_in_other_dialects_only_a_tools_own_arguments_are_read_as_python() -> None:
    message = both("glm", "<tool_call>search color=1</tool_call>")
    assert calls_of(message) == [("search", "color=1")]


@pytest.mark.parametrize(
    "reply",
    [
        '<tool_call>\n{"name": "search", "text": "a", "count": 3}\n</tool_call>',
        '<function_call>\n{"name": "search", "arguments": {"text": "a", "count": 3}}\n</function_call>',
    ],
)
def test_arguments_beside_the_name_and_another_mark_are_read(reply: str) -> None:
    message = both("hermes", reply)
    assert (calls_of(message), message.content) == ([("search", {"text": "a", "count": 3})], "")


def test_other_things_beside_the_name_are_no_arguments() -> None:
    message = both("hermes", '<tool_call>\n{"name": "search", "text": "a", "color": 3}\n</tool_call>')
    assert calls_of(message) == [("search", {})]
