"""Grammars of tool calls, judged by llama.cpp: what each shape of dialect lets through and what it does not."""

from __future__ import annotations

import re
from typing import Any

import pytest

from engine.errors import UserError
from engine.formats.dialect import ARGUMENTS, KEY, NAME, NO_DIALECT, Dialect, Envelope, Parameter
from engine.formats.grammar.call_grammar import ToolGrammar, tool_grammar
from tests.engine.formats import dialect_examples as examples
from tests.support.grammar_judge import Judge, reads_triggers

_OPTIONS = {
    "type": "object",
    "properties": {"deep": {"type": "boolean"}, "tags": {"type": "array", "items": {"type": "string"}}},
    "required": ["deep"],
    "additionalProperties": False,
}
_WEATHER = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "days": {"type": "integer", "minimum": 1, "maximum": 10},
        "unit": {"enum": ["C", "F"]},
        "opts": _OPTIONS,
    },
    "required": ["city"],
}


def tool(name: str, parameters: Any) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {"name": name, "description": "A tool.", "parameters": parameters},
    }


TOOLS = [tool("get_weather", _WEATHER), tool("ping", {"type": "object", "properties": {}})]

GOOD = {
    "hermes": [
        '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}}\n</tool_call>',
        '<tool_call>{"name":"ping","arguments":{}}</tool_call>\n'
        '<tool_call>\n{"name": "get_weather", "arguments": {"unit":"C","city": "a\\n</tool_call>"}}\n</tool_call>\n',
    ],
    "coder": [
        "<tool_call>\n<function=get_weather>\n<parameter=city>\nPa\n\nris</parameter\n</parameter>\n<parameter=days>\n3\n"
        '</parameter>\n<parameter=opts>\n{"deep": true}\n</parameter>\n</function>\n</tool_call>',
        "<tool_call>\n<function=ping>\n</function>\n</tool_call>\n<tool_call>\n<function=get_weather>\n"
        "<parameter=unit>\nF\n</parameter>\n<parameter=city>x</parameter></function></tool_call>",
    ],
    "pairs": [
        "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Pa <b>ris</arg_value>\n"
        "<arg_key>unit</arg_key>\n<arg_value>C</arg_value>\n</tool_call>",
        "<tool_call>ping\n</tool_call>",
    ],
    "markup": [
        '<｜X｜function_calls>\n<｜X｜invoke name="get_weather">\n<｜X｜parameter name="city" string="true">x'
        '</｜X｜parameter>\n<｜X｜parameter name="days" string="false">4</｜X｜parameter>\n</｜X｜invoke>\n'
        '<｜X｜invoke name="ping">\n</｜X｜invoke>\n</｜X｜function_calls>'
    ],
    "elements": [
        "<call>get_weather<city>x</city><opts><deep>true</deep>"
        "<tags><item>a</item><item>b</item></tags></opts></call>",
        '<call>get_weather<opts>{"deep": false}</opts><city>x</city></call>',
    ],
    "listed": [
        '[TOOL_CALLS][{"name": "ping", "arguments": {}, "id": "abcdefgh1"}, '
        '{"name": "get_weather", "arguments": {"city": "x"}}]'
    ],
    "wrapped": [
        '<tools>{"id": "c1", "type": "function", "function": {"name": "ping", "arguments": {}}}\n'
        '{"id": "c2", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "x"}}}</tools>'
    ],
    "keyed": ['<|tools_prefix|>[{"ping": {}}, {"get_weather": {"city": "x"}}]<|tools_suffix|>'],
    "named": ['[TOOL_CALLS]ping[ARGS]{}[TOOL_CALLS]get_weather[ARGS]{"city": "x"}'],
    "numbered": [
        "<|tool_calls_section_begin|><|tool_call_begin|>functions.ping:0<|tool_call_argument_begin|>{}<|tool_call_end|>"
        "<|tool_call_begin|>functions.ping:1<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>"
    ],
    "harmony": [
        "<|channel|>commentary to=functions.ping <|constrain|>json<|message|>{}<|call|>",
        '<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city":"x"}',
    ],
    "json": [
        '{"name": "ping", "parameters": {}}',
        '{"name": "get_weather", "parameters": {"city": "x"}}; {"name":"ping","parameters":{}}',
    ],
    "pythonic": [
        '<|python_start|>[get_weather(city="x", days=3, opts={"deep": True, "tags": [\'a"b\']}), '
        "ping()]<|python_end|>",
        "<|python_start|>[get_weather(unit='C', city='it\\'s', opts={'deep': false})]<|python_end|>",
    ],
    "braced": [
        '<start_function_call>call:get_weather{city:<escape>x "y"<escape>,opts:{deep:true,tags:[<escape>a<escape>]}}'
        "<end_function_call>",
        "<start_function_call>call:ping{}<end_function_call>",
    ],
}

# What is wrong in each: the tool's name, an argument that is missing, one that is not declared, a value.
BAD = {
    "hermes": [
        '<tool_call>\n{"name": "nope", "arguments": {}}\n</tool_call>',
        '<tool_call>\n{"name": "get_weather", "arguments": {}}\n</tool_call>',
        '<tool_call>\n{"name": "ping", "arguments": {"a": 1}}\n</tool_call>',
        '<tool_call>\n{"name": "get_weather", "arguments": {"city": "x", "days": 11}}\n</tool_call>',
        "A word first. <tool_call>",
    ],
    "coder": [
        "<tool_call>\n<function=nope>\n</function>\n</tool_call>",
        "<tool_call>\n<function=get_weather>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>",
        "<tool_call>\n<function=ping>\n<parameter=a>\n3\n</parameter>\n</function>\n</tool_call>",
        "<tool_call>\n<function=get_weather>\n<parameter=city>\n3\n</parameter>\n<parameter=days>\nx\n</parameter>\n"
        "</function>\n</tool_call>",
        "<tool_call>\n<function=get_weather>\n<parameter=city>\na\n</parameter>\n<parameter=city>\nb\n</parameter>\n"
        "</function>\n</tool_call>",
    ],
    "pythonic": [
        "<|python_start|>[nope()]<|python_end|>",
        "<|python_start|>[get_weather(days=3)]<|python_end|>",
        "<|python_start|>[ping(a=1)]<|python_end|>",
    ],
    "braced": [
        "<start_function_call>call:get_weather{days:3}<end_function_call>",
        "<start_function_call>call:get_weather{city:x}<end_function_call>",
    ],
}


def judge_of(grammar: ToolGrammar) -> Judge:
    judge = Judge(grammar.gbnf)
    assert judge.readable, grammar.gbnf
    return judge


@pytest.mark.parametrize("dialect", examples.ALL, ids=lambda dialect: dialect.name)
def test_calls_of_each_dialect_are_let_through_at_once_and_from_their_trigger_on(dialect: Dialect) -> None:
    lazy, required = tool_grammar(dialect, TOOLS), tool_grammar(dialect, TOOLS, "required")
    assert (lazy.lazy, required.lazy, required.triggers) == (True, False, ())
    at_once, from_trigger = judge_of(required), judge_of(lazy)
    for text in GOOD[dialect.name]:
        assert at_once.accepts(text), f"{text!r} ends after {at_once.read(text)!r}\n{required.gbnf}"
        found = next(match for trigger in lazy.triggers if (match := re.search(trigger, text)))
        tail = text[found.start(1) :]
        assert from_trigger.accepts(tail), f"{tail!r} ends after {from_trigger.read(tail)!r}\n{lazy.gbnf}"


@pytest.mark.parametrize(
    "dialect", [d for d in examples.ALL if d.name in BAD], ids=lambda dialect: dialect.name
)
def test_calls_that_a_tool_does_not_take_are_refused(dialect: Dialect) -> None:
    judge = judge_of(tool_grammar(dialect, TOOLS, "required"))
    for text in BAD[dialect.name]:
        assert not judge.accepts(text), text


@pytest.mark.parametrize("dialect", examples.ALL, ids=lambda dialect: dialect.name)
def test_llama_cpp_reads_the_triggers_too(dialect: Dialect) -> None:
    grammar = tool_grammar(dialect, TOOLS)
    assert grammar.triggers
    assert reads_triggers(grammar.gbnf, grammar.triggers)


def test_a_named_tool_is_called_once_and_no_other() -> None:
    ping = '<tool_call>\n{"name": "ping", "arguments": {}}\n</tool_call>'
    by_name = tool_grammar(examples.HERMES, TOOLS, "ping")
    assert by_name == tool_grammar(examples.HERMES, TOOLS, {"type": "function", "function": {"name": "ping"}})
    judge = judge_of(by_name)
    assert judge.accepts(ping)
    assert not judge.accepts(f"{ping}\n{ping}")
    assert not judge.starts('<tool_call>\n{"name": "get')


def test_a_dialect_without_parallel_calls_takes_one() -> None:
    judge = judge_of(tool_grammar(examples.HARMONY, TOOLS, "required"))
    call = "<|channel|>commentary to=functions.ping <|constrain|>json<|message|>{}<|call|>"
    assert judge.accepts(call)
    assert judge.accepts(f"<|start|>assistant{call}")
    assert not judge.accepts(f"{call}<|start|>assistant{call}")


def test_nothing_is_enforced_without_tools_without_calls_and_when_none_is_chosen() -> None:
    for grammar in (
        tool_grammar(examples.HERMES, TOOLS, "none"),
        tool_grammar(examples.HERMES, []),
        tool_grammar(examples.HERMES, None, "required"),
        tool_grammar(NO_DIALECT, TOOLS, "required"),
    ):
        assert grammar == ToolGrammar()


def test_a_chosen_tool_that_is_not_there_is_told() -> None:
    with pytest.raises(UserError) as caught:
        tool_grammar(examples.HERMES, TOOLS, "pong")
    assert (caught.value.code, caught.value.params) == ("tools.unknown_choice", {"name": "pong"})


def test_a_call_without_a_mark_of_its_own_begins_with_the_answer() -> None:
    (trigger,) = tool_grammar(examples.BARE, TOOLS).triggers
    assert re.search(trigger, ' \n{"name": "ping"')
    assert not re.search(trigger, 'It is {"name": "ping"')
    brackets = Dialect(
        "list", arguments="pythonic", section_start="[", call=(NAME, "(", ARGUMENTS, ")"), section_end="]"
    )
    (trigger,) = tool_grammar(brackets, TOOLS).triggers
    assert re.search(trigger, "[get_weather(city=")
    assert not re.search(trigger, "[1, 2]")


def test_arguments_are_closed_unless_the_schema_opens_them() -> None:
    open_tool = tool("f", {"properties": {"a": {"type": "integer"}}, "additionalProperties": True})
    cases = [
        (open_tool, True),
        (tool("f", {"properties": {"a": {"type": "integer"}}}), False),
        (tool("f", {}), False),
    ]
    cases += [
        (tool("f", None), False),
        (tool("f", {"type": "object"}), True),
        (tool("f", {"allOf": [{}]}), True),
    ]
    for one, is_open in cases:
        judge = judge_of(tool_grammar(examples.NAMED, [one], "required"))
        assert judge.accepts("[TOOL_CALLS]f[ARGS]{}")
        assert judge.accepts('[TOOL_CALLS]f[ARGS]{"other": "x"}') == is_open, one
        tagged = judge_of(tool_grammar(examples.CODER, [one], "required"))
        text = "<tool_call>\n<function=f>\n<parameter=other>\nx\n</parameter>\n</function>\n</tool_call>"
        assert tagged.accepts(text) == is_open, one


def test_strings_between_tags_keep_their_lengths_patterns_and_values() -> None:
    schema = {
        "properties": {
            "id": {"type": "string", "pattern": "^[a-z]{2}$"},
            "day": {"type": "string", "format": "date"},
            "note": {"type": "string", "minLength": 1, "maxLength": 4},
            "any": {"type": "string", "pattern": "<.*>"},
        }
    }
    grammar = tool_grammar(examples.CODER, [tool("f", schema)], "required")
    judge = judge_of(grammar)

    def accepts(name: str, value: str) -> bool:
        return judge.accepts(
            f"<tool_call>\n<function=f>\n<parameter={name}>\n{value}\n</parameter>\n</function>\n</tool_call>"
        )

    assert accepts("id", "ab") and not accepts("id", "abc")
    assert accepts("day", "2026-01-31") and not accepts("day", "today")
    assert accepts("note", "a<b<") and accepts("note", "\n") and not accepts("note", "abcde")
    assert not accepts("note", "")
    assert accepts("any", "x")
    assert grammar.widened == (
        "f#/properties/any: the pattern is not followed: its texts may hold </parameter>",
    )


def test_many_arguments_between_tags_come_once_each() -> None:
    names = [f"a{number}" for number in range(12)]
    schema = {"properties": {name: {"type": "integer"} for name in names}, "required": ["a3"]}
    grammar = tool_grammar(examples.PAIRS, [tool("f", schema)], "required")
    judge = judge_of(grammar)

    def call(*given: str) -> str:
        pairs = "".join(f"\n<arg_key>{name}</arg_key>\n<arg_value>1</arg_value>" for name in given)
        return f"<tool_call>f{pairs}\n</tool_call>"

    assert judge.accepts(call(*names)) and judge.accepts(call("a3", "a9"))
    assert not judge.accepts(call("a9")) and not judge.accepts(call("a3", "a3"))
    assert grammar.widened == ("f#: arguments come in the order in which they are declared",)


def test_unions_between_tags_are_texts_and_constants_may_be_those_of_python() -> None:
    schema = {
        "properties": {
            "either": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
            "flag": {"type": ["boolean", "null"]},
            "pick": {"enum": ["a", 1, None, [1]]},
        }
    }
    coder = judge_of(tool_grammar(examples.CODER, [tool("f", schema)], "required"))
    marked = judge_of(tool_grammar(examples.MARKUP, [tool("f", schema)], "required"))

    def tagged(name: str, value: str) -> str:
        return (
            f"<tool_call>\n<function=f>\n<parameter={name}>\n{value}\n</parameter>\n</function>\n</tool_call>"
        )

    for name, value, accepted in [
        ("either", "3", True), ("either", "some words", True), ("flag", "True", True), ("flag", "null", True),
        ("flag", "yes", False), ("pick", "a", True), ("pick", "1", True), ("pick", "[1]", True), ("pick", "b", False),
    ]:  # fmt: skip
        assert coder.accepts(tagged(name, value)) == accepted, (name, value)
    body = '<｜X｜function_calls>\n<｜X｜invoke name="f">\n'
    body += '<｜X｜parameter name="either" string="{}">{}</｜X｜parameter>\n'
    end = "</｜X｜invoke>\n</｜X｜function_calls>"
    assert marked.accepts(body.format("false", "3") + end) and marked.accepts(
        body.format("true", "words") + end
    )
    assert not marked.accepts(body.format("false", "words") + end)


def test_references_in_arguments_are_followed_in_every_dialect() -> None:
    schema = {
        "properties": {"node": {"$ref": "#/$defs/node"}},
        "required": ["node"],
        "$defs": {
            "node": {
                "type": "object",
                "properties": {"next": {"$ref": "#/$defs/node"}},
                "additionalProperties": False,
            }
        },
    }
    tools = [tool("f", schema)]
    assert judge_of(tool_grammar(examples.NAMED, tools, "f")).accepts(
        '[TOOL_CALLS]f[ARGS]{"node": {"next": {}}}'
    )
    coder = judge_of(tool_grammar(examples.CODER, tools, "f"))
    assert coder.accepts(
        '<tool_call>\n<function=f>\n<parameter=node>\n{"next": {}}\n</parameter>\n</function>\n</tool_call>'
    )
    for dialect in examples.ALL:
        assert judge_of(tool_grammar(dialect, tools)).readable


@pytest.mark.long
@pytest.mark.parametrize("dialect", examples.ALL, ids=lambda dialect: dialect.name)
def test_no_tool_however_strange_ends_in_an_exception_or_a_grammar_that_cannot_be_read(
    dialect: Dialect,
) -> None:
    strange = [
        tool('we"ird\\ näme\n', {"properties": {'k"<>\n': {"type": "string"}}, "required": ["other"]}),
        tool("a", {"type": "string"}),
        tool("b", {"properties": {"x": False}, "required": ["x"]}),
        tool("c", {"anyOf": [{"properties": {"x": {}}}, {"$ref": "#"}]}),
        tool("d", {"properties": {str(n): {"type": ["string", "object"]} for n in range(300)}}),
        tool("e", {"properties": {"x": {"oneOf": [{"enum": []}, {"const": {"a": [None, True, 1.5]}}]}}}),
        tool("f", [1, 2]),
        {"name": "bare", "inputSchema": {"properties": {"x": {"items": [{}, {}]}}}},
        {"function": "not a tool"},
        {},
    ]
    for choice in ("auto", "required"):
        grammar = tool_grammar(dialect, strange, choice)
        assert judge_of(grammar).readable
        assert len(grammar.gbnf) < 1_000_000


def test_a_hundred_tools_make_one_grammar() -> None:
    tools = [tool(f"tool_{number}", _WEATHER) for number in range(100)]
    judge = judge_of(tool_grammar(examples.HERMES, tools, "required"))
    assert judge.accepts('<tool_call>\n{"name": "tool_77", "arguments": {"city": "x"}}\n</tool_call>')
    assert not judge.accepts('<tool_call>\n{"name": "tool_77", "arguments": {"days": 1}}\n</tool_call>')


def test_an_envelope_whose_text_is_no_object_is_written_as_it_stands() -> None:
    dialect = Dialect("odd", call=("<call>", NAME, " with ", ARGUMENTS, "</call>"), envelope=Envelope())
    assert judge_of(tool_grammar(dialect, TOOLS, "required")).accepts("<call>ping with {}</call>")


def test_a_closing_tag_that_names_its_argument_closes_that_argument() -> None:
    named = Parameter(("<", KEY, ">"), ("</", KEY, ">"))
    dialect = Dialect("n", arguments="tagged", call=("<f>", NAME, ARGUMENTS, "</f>"), parameter=named)
    judge = judge_of(tool_grammar(dialect, TOOLS, "required"))
    assert judge.accepts("<f>get_weather<city>a </b></city></f>")
    assert not judge.accepts("<f>get_weather<city>a</unit></f>")
