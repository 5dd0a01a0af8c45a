"""Dialects of every shape, tools, and a way to parse a reply in one of them."""

from __future__ import annotations

from typing import Any

from engine.formats import AssistantMessage, ParsedDelta, Prompt, ReplyParser
from engine.formats.dialect import ARGUMENTS, ID, INDEX, KEY, NAME, TYPE, Dialect, Envelope, Parameter
from engine.formats.known_dialects import (
    ATEM,
    BARE_JSON,
    GLM,
    HARMONY,
    HERMES,
    PYTHONIC,
    QWEN_CODER,
    other_notations,
)
from engine.formats.learn.markers import ReasoningMarkers
from engine.formats.parse.call_reader import CallReader
from engine.formats.parse.channels import ChannelParser
from engine.formats.writing import WrittenCall, written

PROPERTIES: dict[str, Any] = {
    "text": {"type": "string"},
    "count": {"type": "integer"},
    "flag": {"type": "boolean"},
    "maybe": {"type": ["integer", "null"]},
    "nested": {"type": "object"},
    "items": {"type": "array"},
    "code": {"type": "string"},
}
TOOLS = [
    {
        "type": "function",
        "function": {"name": name, "parameters": {"type": "object", "properties": PROPERTIES}},
    }
    for name in ("search", "get_time")
]
WORDS_TYPES = {
    "string": "true",
    **dict.fromkeys(("number", "boolean", "null", "object", "array"), "false"),
}

DIALECTS: dict[str, Dialect] = {
    "hermes": HERMES,
    "array": Dialect(
        "array",
        section_start="<TOOLCALL>[",
        call=('{"name": "', NAME, '", "arguments": ', ARGUMENTS, "}"),
        separator=", ",
        section_end="]</TOOLCALL>",
        envelope=Envelope(),
        array=True,
    ),
    "array without an end": Dialect(
        "array",
        section_start="[TOOL_CALLS][",
        call=('{"name": "', NAME, '", "arguments": ', ARGUMENTS, ', "id": "', ID, '"}'),
        separator=", ",
        section_end="]",
        envelope=Envelope(id_key="id"),
        array=True,
    ),
    "lines": Dialect(
        "lines",
        section_start="<tool_calls>",
        call=('\n{"name": "', NAME, '", "arguments": ', ARGUMENTS, "}"),
        section_end="\n</tool_calls>",
        envelope=Envelope(),
    ),
    "name as key": Dialect(
        "key",
        section_start="<|tools_prefix|>[",
        call=('{"', NAME, '": ', ARGUMENTS, "}"),
        separator=", ",
        section_end="]<|tools_suffix|>",
        envelope=Envelope("", ""),
        array=True,
    ),
    "wrapped": Dialect(
        "wrapped",
        call=(
            '<call>{"type": "function", "function": {"name": "',
            NAME,
            '", "parameters": ',
            ARGUMENTS,
            "}}</call>",
        ),
        envelope=Envelope("name", "parameters", path=("function",)),
    ),
    "bare": BARE_JSON,
    "mistral": Dialect("mistral", call=("[TOOL_CALLS]", NAME, "[CALL_ID]", ID, "[ARGS]", ARGUMENTS)),
    "kimi": Dialect(
        "kimi",
        section_start="<|tool_calls_section_begin|>",
        call=(
            "<|tool_call_begin|>functions.",
            NAME,
            ":",
            INDEX,
            "<|tool_call_argument_begin|>",
            ARGUMENTS,
            "<|tool_call_end|>",
        ),
        section_end="<|tool_calls_section_end|>",
        ends_reasoning=True,
    ),
    "deepseek": Dialect(
        "deepseek",
        section_start="<｜tool▁calls▁begin｜>",
        call=(
            "<｜tool▁call▁begin｜>function<｜tool▁sep｜>",
            NAME,
            "\n```json\n",
            ARGUMENTS,
            "\n```<｜tool▁call▁end｜>",
        ),
        separator="\n",
        section_end="<｜tool▁calls▁end｜>",
    ),
    "function": Dialect("function", call=("<function=", NAME, ">", ARGUMENTS, "</function>")),
    "functionary": Dialect("functionary", call=(">>>", NAME, "\n", ARGUMENTS)),
    "qwen-coder": QWEN_CODER,
    "glm": GLM,
    "minimax": Dialect(
        "minimax",
        arguments="tagged",
        section_start="<minimax:tool_call>\n",
        call=('<invoke name="', NAME, '">', ARGUMENTS, "\n</invoke>"),
        separator="\n",
        section_end="\n</minimax:tool_call>",
        parameter=Parameter(('\n<parameter name="', KEY, '">'), ("</parameter>",)),
    ),
    "dsml": Dialect(
        "dsml",
        arguments="tagged",
        section_start="<｜DSML｜calls>",
        call=('\n<｜DSML｜invoke name="', NAME, '">', ARGUMENTS, "\n</｜DSML｜invoke>"),
        section_end="\n</｜DSML｜calls>",
        parameter=Parameter(
            ('\n<｜DSML｜parameter name="', KEY, '" string="', TYPE, '">'),
            ("</｜DSML｜parameter>",),
            WORDS_TYPES,
        ),
    ),
    "elements": Dialect(
        "elements",
        arguments="tagged",
        section_start="]<]x[>[<tool_call>",
        call=('\n]<]x[>[<invoke name="', NAME, '">', ARGUMENTS, "]<]x[>[</invoke>"),
        section_end="\n]<]x[>[</tool_call>",
        parameter=Parameter(("]<]x[>[<", KEY, ">"), ("]<]x[>[</", KEY, ">"), nested="elements"),
    ),
    "pythonic": Dialect(
        "pythonic",
        arguments="pythonic",
        section_start="<|tool_call_start|>[",
        call=(NAME, "(", ARGUMENTS, ")"),
        separator=", ",
        section_end="]<|tool_call_end|>",
    ),
    "bare pythonic": PYTHONIC,
    "braced": Dialect(
        "braced",
        arguments="braced",
        call=("<start_function_call>call:", NAME, "{", ARGUMENTS, "}<end_function_call>"),
        quote="<escape>",
    ),
    "harmony": HARMONY,
    "atem": ATEM,
}
# Those that can have words before and after a call.
WITH_WORDS = [name for name, dialect in DIALECTS.items() if dialect.trigger and not dialect.channels]
PARALLEL = [name for name, dialect in DIALECTS.items() if dialect.parallel]

ARGUMENTS_OF: dict[str, dict[str, Any]] = {
    "plain": {"text": "Seoul", "count": 3},
    "unicode": {"text": "서울 😀 naïve <b>&amp;", "count": -7},
    "lines": {"text": "one\n  two\n\n\tthree \\n", "flag": True},
    "space around": {"text": "  kept \n", "code": "\n"},
    "nested": {"nested": {"a": {"b": [1, "x", False], "c": None}}, "items": [1, [2, {"k": "v"}]]},
    "numbers": {"count": 12345678901234567890, "code": "00123", "text": "1.0"},
    "words of types": {"text": "true", "code": "null", "flag": False, "maybe": None},
    "empty": {},
    "empty string": {"text": ""},
}


def call(name: str, arguments: dict[str, Any], number: int = 0) -> WrittenCall:
    return WrittenCall(name, arguments, f"abcdefgh{number}")


def parser_for(
    dialect: Dialect, markers: ReasoningMarkers | None = None, prompt: Prompt | None = None
) -> ReplyParser:
    markers, prompt = markers or ReasoningMarkers(), prompt or Prompt("")
    if dialect.channels:
        return ChannelParser(markers, prompt, dialect, TOOLS)
    return ReplyParser(markers, prompt, CallReader(dialect, other_notations(dialect), TOOLS))


def parse(dialect: Dialect, pieces: str | list[str], **more: Any) -> AssistantMessage:
    parser = parser_for(dialect, **more)
    for piece in [pieces] if isinstance(pieces, str) else pieces:
        parser.feed(piece)
    return parser.finish()


def parse_with_deltas(
    dialect: Dialect, pieces: list[str], **more: Any
) -> tuple[AssistantMessage, list[ParsedDelta]]:
    parser = parser_for(dialect, **more)
    deltas = [delta for piece in pieces for delta in parser.feed(piece)]
    deltas += parser.flush()
    return parser.finish(), deltas


def text_of(name: str, *calls: WrittenCall) -> str:
    return written(DIALECTS[name], calls)
