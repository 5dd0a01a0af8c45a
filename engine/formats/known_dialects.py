"""Known dialects: those that rendering cannot reveal, found by the template's source, and notations that
models use although their template asks for another.

Sources: the templates that the model makers published (Hugging Face model repositories, and the copies in
llama-cpp-python's source archive), OpenAI's harmony guide (cookbook.openai.com/articles/openai-harmony),
Meta's prompt formats (llama.com/docs/model-cards-and-prompt-formats), Liquid AI's and IBM's model cards.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from engine.formats.dialect import ARGUMENTS, ID, KEY, NAME, Dialect, Envelope, Parameter, Pattern


def _enveloped(before: str, after: str, name: str = "name", arguments: str = "arguments") -> Pattern:
    return (f'{before}{{"{name}": "', NAME, f'", "{arguments}": ', ARGUMENTS, f"}}{after}")


def _array(name: str, start: str, end: str = "]", **fields: Any) -> Dialect:
    """A dialect whose calls are items of one JSON array."""
    given: dict[str, Any] = {"call": _enveloped("", ""), "separator": ", ", "envelope": Envelope()} | fields
    return Dialect(name, section_start=start, section_end=end, array=True, **given)


def _pythonic(name: str, start: str, end: str, separator: str = ", ") -> Dialect:
    """A dialect of Python calls."""
    return Dialect(
        name,
        arguments="pythonic",
        section_start=start,
        call=(NAME, "(", ARGUMENTS, ")"),
        separator=separator,
        section_end=end,
    )


# Hermes 2, Qwen 2.5 and 3, and the commonest of all.
HERMES = Dialect(
    "hermes", call=_enveloped("<tool_call>\n", "\n</tool_call>"), separator="\n", envelope=Envelope()
)
QWEN_CODER = Dialect(
    "qwen-coder",
    arguments="tagged",
    call=("<tool_call>\n<function=", NAME, ">", ARGUMENTS, "\n</function>\n</tool_call>"),
    separator="\n",
    parameter=Parameter(("\n<parameter=", KEY, ">\n"), ("\n</parameter>",), literals="python"),
    ends_reasoning=True,
)
# The same without its outer mark.
BARE_FUNCTION = Dialect(
    "function",
    arguments="tagged",
    call=("<function=", NAME, ">", ARGUMENTS, "\n</function>"),
    parameter=Parameter(("\n<parameter=", KEY, ">\n"), ("\n</parameter>",), literals="python"),
)
GLM = Dialect(
    "glm",
    arguments="tagged",
    call=("<tool_call>", NAME, ARGUMENTS, "\n</tool_call>"),
    separator="\n",
    parameter=Parameter(("\n<arg_key>", KEY, "</arg_key>\n<arg_value>"), ("</arg_value>",)),
)
# A call as nothing but its JSON.
BARE_JSON = Dialect("json", call=_enveloped("", ""), separator="; ", envelope=Envelope())
# The calls as in a message of OpenAI's interface.
MESSAGE_JSON = _array("json", '{ "tool_calls": [', "] }")
FENCED_JSON = Dialect("json", call=_enveloped("```json\n", "\n```"), envelope=Envelope())
FENCED = Dialect("json", call=_enveloped("```\n", "\n```"), envelope=Envelope())
PYTHONIC = _pythonic("pythonic", "[", "]")
# Gemma 3.
TOOL_CODE = _pythonic("pythonic", "```tool_code\n", "\n```", separator="\n")
PYTHON_TAG_JSON = Dialect(
    "llama",
    call=_enveloped("<|python_tag|>", "", arguments="parameters"),
    envelope=Envelope(arguments_key="parameters"),
)
PYTHON_TAG_CALL = Dialect(
    "llama", arguments="pythonic", call=("<|python_tag|>", NAME, ".call(", ARGUMENTS, ")")
)
PYTHON_START = _pythonic("pythonic", "<|python_start|>[", "]<|python_end|>")
# The template of Llama 4 closes its mark in front of the call, its models behind it.
_PYTHON_START_JSON = tuple(
    Dialect(
        "llama",
        call=_enveloped(*marks, arguments="parameters"),
        envelope=Envelope(arguments_key="parameters"),
    )
    for marks in (("<|python_start|>", "<|python_end|>"), ("<|python_start|><|python_end|>", ""))
)
_MISTRAL_ARRAY = _array("mistral", "[TOOL_CALLS][", envelope=Envelope(id_key="id"), id_length=9)
_MISTRAL_NAMED = Dialect(
    "mistral", call=("[TOOL_CALLS]", NAME, "[ARGS]", ARGUMENTS), ends_reasoning=True, id_length=9
)
_MISTRAL_WITH_ID = Dialect(
    "mistral", call=("[TOOL_CALLS]", NAME, "[CALL_ID]", ID, "[ARGS]", ARGUMENTS), id_length=9
)

_MISTRAL_BARE = Dialect("mistral", call=("[TOOL_CALLS]", NAME, ARGUMENTS), id_length=9)
_DSML = re.compile(r"(<[/]?｜DSML｜)(?:function|tool)_calls")
_DEEPSEEK_BEGIN, _DEEPSEEK_END = "<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"
_DEEPSEEK_R1 = Dialect(
    "deepseek",
    section_start=_DEEPSEEK_BEGIN,
    call=(
        *("<｜tool▁call▁begin｜>function<｜tool▁sep｜>", NAME),
        *("\n```json\n", ARGUMENTS, "\n```<｜tool▁call▁end｜>"),
    ),
    separator="\n",
    section_end=_DEEPSEEK_END,
)
_DEEPSEEK_V3 = Dialect(
    "deepseek",
    section_start=_DEEPSEEK_BEGIN,
    call=("<｜tool▁call▁begin｜>", NAME, "<｜tool▁sep｜>", ARGUMENTS, "<｜tool▁call▁end｜>"),
    section_end=_DEEPSEEK_END,
)

HARMONY = Dialect(
    "harmony",
    call=(
        *("<|channel|>commentary to=functions.", NAME),
        *(" <|constrain|>json<|message|>", ARGUMENTS, "<|call|>"),
    ),
    separator="<|start|>assistant",
    channels=True,
    parallel=False,
)
ATEM = Dialect(
    "atem",
    arguments="tagged",
    call=(
        *(" to=", NAME, '<|message|><atem:function_calls>\n<atem:invoke name="', NAME, '">'),
        *(ARGUMENTS, "\n</atem:invoke>\n</atem:function_calls>"),
    ),
    separator="<|eom|><|start|>assistant",
    parameter=Parameter(('\n<atem:parameter name="', KEY, '">'), ("</atem:parameter>",)),
    channels=True,
)
_LFM = _pythonic("lfm", "<|tool_call_start|>[", "]<|tool_call_end|>")
_GRANITE = _array("granite", "<|tool_call|>[")
_PHI = _array("phi", "<|tool_call|>[", "]<|/tool_call|>")
_COMMAND_R = _array(
    "command-r",
    "\nAction:\n```json\n[\n",
    "\n]```",
    call=('    {\n        "tool_name": "', NAME, '",\n        "parameters": ', ARGUMENTS, "\n    }"),
    separator=",\n",
    envelope=Envelope("tool_name", "parameters"),
)
_COMMAND_A = _array(
    "command-a",
    "<|START_ACTION|>[",
    "]<|END_ACTION|>",
    call=('{"tool_call_id": "', ID, '", "tool_name": "', NAME, '", "parameters": ', ARGUMENTS, "}"),
    envelope=Envelope("tool_name", "parameters", "tool_call_id"),
)
_FIREFUNCTION = _array("firefunction", " functools[")
_FUNCTION_GEMMA = Dialect(
    "function-gemma",
    arguments="braced",
    call=("<start_function_call>call:", NAME, "{", ARGUMENTS, "}<end_function_call>"),
    quote="<escape>",
)
_INTERNLM = Dialect(
    "internlm",
    call=_enveloped("<|action_start|><|plugin|>\n", "<|action_end|>", arguments="parameters"),
    envelope=Envelope(arguments_key="parameters"),
)

_TOOL_CALLS = _array("jamba", "<tool_calls>[", "]</tool_calls>")
_HUNYUAN = Dialect(
    "hunyuan",
    section_start="<tool_calls>",
    call=("<tool_call>", NAME, "\n```json\n", ARGUMENTS, "\n```</tool_call>"),
    section_end="</tool_calls>",
)
_NAMESPACE = re.compile(r"(\s*</?)\w+:(?=\w)")
_TOOLCALL = _array("nemotron", "<TOOLCALL>[", "]</TOOLCALL>")
_GRANITE_CODE = Dialect(
    "granite", call=_enveloped("<function_call> ", ""), separator="\n", envelope=Envelope()
)
_FUNCTION_CALL = Dialect(
    "hermes", call=_enveloped("<function_call>\n", "\n</function_call>"), envelope=Envelope()
)
_TOOLS_MARK = Dialect("hermes", call=_enveloped("<tools>\n", "\n</tools>"), envelope=Envelope())
_OLMO = _pythonic("olmo", "<function_calls>\n", "\n</function_calls>", separator="\n")

# What a source must hold, all of it, and the dialect it stands for; the first row that fits counts. These
# come before anything that could be learned,
BEFORE_LEARNING: tuple[tuple[tuple[str, ...], Dialect], ...] = (
    (("<|channel|>", "<|message|>", "<|start|>"), HARMONY),
    (("<atem:function_calls>", "to=self"), ATEM),
)
# and these where a template says what to write, but does not write it itself.
AFTER_LEARNING: tuple[tuple[tuple[str, ...], Dialect], ...] = (
    (("functools[",), _FIREFUNCTION),
    (("<|tool_list_start|>",), _LFM),
    (("List of tools: [",), _LFM),
    (("<start_function_call>",), _FUNCTION_GEMMA),
    (("<function_calls>", "</function_calls>"), _OLMO),
    (("<function_call>",), _GRANITE_CODE),
    (("<TOOLCALL>",), _TOOLCALL),
    (("<tool_calls>", "</tool_calls>"), _TOOL_CALLS),
    (("<|python_start|>",), PYTHON_START),
    (("<|action_start|>", "<|plugin|>"), _INTERNLM),
    (("Action:\n```json",), _COMMAND_R),
    (("Action:\\n```json",), _COMMAND_R),
    (("[TOOL_CALLS]", "[CALL_ID]"), _MISTRAL_WITH_ID),
    (("[TOOL_CALLS]", "[ARGS]"), _MISTRAL_NAMED),
    (("[TOOL_CALLS]",), _MISTRAL_ARRAY),
    (("<function=", "<parameter=", "<tool_call>"), QWEN_CODER),
    (("<tool_call>", "<arg_key>"), GLM),
    (("<tool_call>", "</tool_call>"), HERMES),
    (("<|tool_call|>",), _GRANITE),
)


def known_dialect(source: str, rows: tuple[tuple[tuple[str, ...], Dialect], ...]) -> Dialect | None:
    for needed, dialect in rows:
        if all(text in source for text in needed):
            return dialect
    return None


def _opened(dialect: Dialect, opening: str) -> Pattern:
    """A dialect with another text in front of its JSON."""
    first, *rest = dialect.call
    return (
        opening + first[first.index("{") :] if isinstance(first, str) and "{" in first else opening,
        *rest,
    )


def other_notations(dialect: Dialect, source: str = "") -> tuple[Dialect, ...]:
    """Other notations that models write for this dialect, distinguished by what follows the same mark."""
    others = [
        msgspec.structs.replace(dialect, call=_opened(dialect, opening), section_start="", openings=())
        for opening in dialect.openings
    ]
    if dialect.trigger == "<tool_call>":
        others += [other for other in (HERMES, QWEN_CODER, GLM) if other.call != dialect.call]
    elif dialect.arguments == "tagged" and dialect.call[0] == dialect.trigger and dialect.end:
        # The object of Hermes between tags of its own (LongCat).
        others.append(msgspec.structs.replace(HERMES, call=_enveloped(dialect.trigger, str(dialect.end[0]))))
    if dialect.trigger == "<tool_call>" and not dialect.section_start:
        others.append(
            msgspec.structs.replace(dialect, section_start="<tool_calls>\n", section_end="\n</tool_calls>")
        )
    if dialect.trigger == "<tool_calls>":
        others.append(_HUNYUAN)
    if dialect.parameter and _NAMESPACE.match(dialect.section_start):
        # MiniMax leaves out the namespace of its section.
        bare = [_NAMESPACE.sub(r"\1", mark) for mark in (dialect.section_start, dialect.section_end)]
        others.append(msgspec.structs.replace(dialect, section_start=bare[0], section_end=bare[1]))
    if dialect.trigger == "<tool_call>" and dialect.envelope:
        # Small Hermes and Qwen models confuse the marks of their prompt.
        others += [_TOOLS_MARK, _FUNCTION_CALL, BARE_FUNCTION]
    if any(isinstance(part, str) and "<function=" in part for part in dialect.call):
        # Its outer mark may be left out in front of the call and still stand behind it.
        others.append(
            msgspec.structs.replace(BARE_FUNCTION, call=(*BARE_FUNCTION.call[:-1], dialect.call[-1]))
        )
    if dialect.trigger == "[TOOL_CALLS]":
        others += [_MISTRAL_NAMED, _MISTRAL_WITH_ID, _MISTRAL_ARRAY, _MISTRAL_BARE]
    if _DSML.search(dialect.section_start):
        # V3.2 and V4 call their sections by different words.
        others += [
            msgspec.structs.replace(
                dialect,
                section_start=_DSML.sub(rf"\1{word}", dialect.section_start),
                section_end=_DSML.sub(rf"\1{word}", dialect.section_end),
            )
            for word in ("function_calls", "tool_calls")
            if word not in dialect.section_start
        ]
    if dialect.trigger == _DEEPSEEK_BEGIN:
        others += [_DEEPSEEK_R1, _DEEPSEEK_V3]
    if dialect.name == "described":
        # Nobody knows what this model was trained on; each of these marks stands for one thing only.
        others += [_MISTRAL_NAMED, _MISTRAL_ARRAY, _PHI, _FUNCTION_CALL, _TOOL_CALLS, _TOOLCALL]
        others += [_LFM, _OLMO, _INTERNLM, _FIREFUNCTION, PYTHON_TAG_JSON, _COMMAND_A]
    if dialect.trigger == "<|tool_call|>":
        others.append(HERMES)
    if "functools[" in source and dialect != _FIREFUNCTION:
        others.append(_FIREFUNCTION)
    if dialect.arguments == "pythonic" and dialect.section_start.strip("["):
        others.append(_array("json", dialect.section_start, dialect.section_end))
    if "<|python_tag|>" in source or "<|start_header_id|>" in source:
        others += [PYTHON_TAG_JSON, PYTHON_TAG_CALL, BARE_FUNCTION]
    if "<|python_start|>" in source or "<|header_start|>" in source:
        others += [other for other in (PYTHON_START, *_PYTHON_START_JSON) if other != dialect]
    return tuple(others)
