"""A dialect of each shape, for tests of grammars."""

from engine.formats.dialect import ARGUMENTS, ID, INDEX, KEY, NAME, TYPE, Dialect, Envelope, Parameter

HERMES = Dialect(
    "hermes",
    call=('<tool_call>\n{"name": "', NAME, '", "arguments": ', ARGUMENTS, "}\n</tool_call>"),
    separator="\n",
    envelope=Envelope(),
)
CODER = Dialect(
    "coder",
    arguments="tagged",
    call=("<tool_call>\n<function=", NAME, ">", ARGUMENTS, "\n</function>\n</tool_call>"),
    separator="\n",
    parameter=Parameter(("\n<parameter=", KEY, ">\n"), ("\n</parameter>",), literals="python"),
)
PAIRS = Dialect(
    "pairs",
    arguments="tagged",
    call=("<tool_call>", NAME, ARGUMENTS, "\n</tool_call>"),
    separator="\n",
    parameter=Parameter(("\n<arg_key>", KEY, "</arg_key>\n<arg_value>"), ("</arg_value>",)),
)
MARKUP = Dialect(
    "markup",
    arguments="tagged",
    section_start="<｜X｜function_calls>\n",
    call=('<｜X｜invoke name="', NAME, '">\n', ARGUMENTS, "</｜X｜invoke>\n"),
    section_end="</｜X｜function_calls>",
    parameter=Parameter(
        ('<｜X｜parameter name="', KEY, '" string="', TYPE, '">'),
        ("</｜X｜parameter>\n",),
        types={"string": "true", **dict.fromkeys(("number", "boolean", "null", "object", "array"), "false")},
    ),
)
ELEMENTS = Dialect(
    "elements",
    arguments="tagged",
    call=("<call>", NAME, ARGUMENTS, "</call>"),
    parameter=Parameter(("<", KEY, ">"), ("</", KEY, ">"), nested="elements"),
)
LISTED = Dialect(
    "listed",
    section_start="[TOOL_CALLS][",
    call=('{"name": "', NAME, '", "arguments": ', ARGUMENTS, ', "id": "', ID, '"}'),
    separator=", ",
    section_end="]",
    envelope=Envelope(id_key="id"),
    array=True,
    id_length=9,
)
WRAPPED = Dialect(
    "wrapped",
    section_start="<tools>",
    call=(
        '{"id": "',
        ID,
        '", "type": "function", "function": {"name": "',
        NAME,
        '", "arguments": ',
        ARGUMENTS,
        "}}",
    ),
    separator="\n",
    section_end="</tools>",
    envelope=Envelope(id_key="id", path=("function",)),
)
KEYED = Dialect(
    "keyed",
    section_start="<|tools_prefix|>[",
    call=('{"', NAME, '": ', ARGUMENTS, "}"),
    separator=", ",
    section_end="]<|tools_suffix|>",
    envelope=Envelope(name_key=""),
    array=True,
)
NAMED = Dialect("named", call=("[TOOL_CALLS]", NAME, "[ARGS]", ARGUMENTS))
NUMBERED = Dialect(
    "numbered",
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
    openings=("<|tool_call_begin|>",),
)
HARMONY = Dialect(
    "harmony",
    call=(
        "<|channel|>commentary to=functions.",
        NAME,
        " <|constrain|>json<|message|>",
        ARGUMENTS,
        "<|call|>",
    ),
    separator="<|start|>assistant",
    channels=True,
    parallel=False,
)
BARE = Dialect("json", call=('{"name": "', NAME, '", "parameters": ', ARGUMENTS, "}"), separator="; ",
               envelope=Envelope(arguments_key="parameters"))  # fmt: skip
PYTHONIC = Dialect(
    "pythonic",
    arguments="pythonic",
    section_start="<|python_start|>[",
    call=(NAME, "(", ARGUMENTS, ")"),
    separator=", ",
    section_end="]<|python_end|>",
)
BRACED = Dialect(
    "braced",
    arguments="braced",
    call=("<start_function_call>call:", NAME, "{", ARGUMENTS, "}<end_function_call>"),
    quote="<escape>",
)

ALL = (
    HERMES, CODER, PAIRS, MARKUP, ELEMENTS, LISTED, WRAPPED, KEYED, NAMED, NUMBERED, HARMONY, BARE, PYTHONIC,
    BRACED,
)  # fmt: skip
