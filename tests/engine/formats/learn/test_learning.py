"""Templates of our own in the manner of formats that no fetched template has."""

from __future__ import annotations

from typing import Any

import pytest

from engine.formats import ChatFormat
from engine.formats.dialect import ARGUMENTS, KEY, NAME, Envelope
from tests.engine.formats.dialects import PROPERTIES, TOOLS
from tests.engine.formats.replies import reply_to

START = (
    "{% if tools %}<|turn|>tools\n{{ tools | tojson }}<|over|>\n{% endif %}"
    "{% for m in messages %}<|turn|>{{ m.role }}\n{{ m.content }}"
    "{% if m.tool_calls %}"
)
END = "{% endif %}<|over|>\n{% endfor %}{% if add_generation_prompt %}<|turn|>assistant\n{% endif %}"
EACH = "{% for c in m.tool_calls %}{% set f = c.function %}"


def template(before: str, each: str, after: str = "", between: str = "") -> str:
    joint = "{% if not loop.last %}" + between + "{% endif %}" if between else ""
    return START + before + EACH + each + joint + "{% endfor %}" + after + END


ARGS = "{{ f.arguments | tojson }}"
OBJECT = '{"name": "{{ f.name }}", "arguments": ' + ARGS + "}"
LOOP = "{% for k, v in f.arguments.items() %}"
BARE = "{{ v if v is string else v | tojson }}"
TEMPLATES = {
    "tool calls in square words": template("[unused11][", OBJECT, "][unused12]", ", "),
    "bare list": template("[", OBJECT, "]", ", "),
    "lines of calls": template(
        "\n<function_calls>\n",
        "{{ f.name }}(" + LOOP + "{{ k }}={{ v | tojson }}{% if not loop.last %}, {% endif %}{% endfor %})\n",
        "</function_calls>",
    ),
    "steps": template(
        "<｜tool_calls_begin｜>\n",
        '<｜tool_call_begin｜>function<｜tool_sep｜><step:invoke name="{{ f.name }}">'
        + LOOP
        + '<step:parameter name="{{ k }}">'
        + BARE
        + "</step:parameter>{% endfor %}</step:invoke><｜tool_call_end｜>\n",
        "<｜tool_calls_end｜>",
    ),
    "own tags": template(
        "",
        "\n<cat_tool_call>{{ f.name }}\n"
        + LOOP
        + "<cat_key>{{ k }}</cat_key>\n<cat_value>"
        + BARE
        + "</cat_value>\n{% endfor %}</cat_tool_call>",
    ),
    "wrapped": template(
        "",
        '<call>{"id": "{{ c.id }}", "type": "function", "function": {"name": "{{ f.name }}", "arguments": '
        + ARGS
        + "}}</call>",
    ),
    "arguments as text": template(
        "", '<call>{"name": "{{ f.name }}", "arguments": {{ f.arguments }}}</call>'
    ),
    "action": template(
        "", "<|action_start|><|plugin|>" + OBJECT.replace('arguments"', 'parameters"') + "<|action_end|>"
    ),
    "escaped": template(
        "",
        "<start_function_call>call:{{ f.name }}{{ '{' }}"
        + LOOP
        + "{{ k }}:{% if v is string %}<escape>{{ v }}<escape>{% else %}{{ v | tojson }}{% endif %}"
        + "{% if not loop.last %},{% endif %}{% endfor %}{{ '}' }}<end_function_call>",
    ),
    "fenced": template("Action:\n```json\n[", OBJECT, "]\n```", ", "),
    "one after the other": template("", "<|call|>{{ f.name }}<|args|>" + ARGS, "<|done|>", ""),
    "a name and JSON": template("", "\n<tool>{{ f.name }}</tool><input>" + ARGS + "</input>"),
}
CALLS: list[tuple[str, dict[str, Any]]] = [
    (
        "search",
        {"text": '서울\n  it\'s "x" <b>', "count": -5, "flag": True, "items": [1, "two"], "code": "007"},
    ),
    ("get_time", {}),
]


@pytest.mark.parametrize("name", sorted(TEMPLATES))
@pytest.mark.parametrize("content", ["", "Let me see."])
def test_an_unseen_format_is_learned(name: str, content: str) -> None:
    chat_format = ChatFormat.from_template(TEMPLATES[name])
    assert chat_format.dialect.learned
    if name == "bare list" and content:
        pytest.skip("without a mark a call can only begin the answer")
    calls = CALLS
    if name == "escaped":
        calls = [("search", {"text": '서울\n  it\'s "x" <b>', "count": -5}), ("get_time", {})]
    for some in (calls, calls[:1], calls[1:]):
        text, prompt = reply_to(chat_format, some, TOOLS, content)
        parser = chat_format.parser(prompt)
        parser.feed(text)
        message = parser.finish()
        assert [(call.name, call.arguments) for call in message.tool_calls] == some, text
        assert message.content == content


def test_what_is_learned_reads_like_the_template() -> None:
    dialect = ChatFormat.from_template(TEMPLATES["own tags"]).dialect
    assert dialect.call[:2] == ("<cat_tool_call>", NAME)
    assert ARGUMENTS in dialect.call
    assert dialect.parameter is not None
    assert dialect.parameter.start == ("\n<cat_key>", KEY, "</cat_key>\n<cat_value>")
    wrapped = ChatFormat.from_template(TEMPLATES["wrapped"]).dialect
    assert wrapped.envelope == Envelope(id_key="id", path=("function",))
    assert ChatFormat.from_template(TEMPLATES["arguments as text"]).dialect.text_arguments
    array = ChatFormat.from_template(TEMPLATES["tool calls in square words"]).dialect
    assert (array.section_start, array.separator, array.section_end) == ("[unused11][", ", ", "][unused12]")
    assert array.array
    assert array.trigger == "[unused11]"


def test_only_one_call_where_the_template_refuses_more() -> None:
    source = START + (
        "{% if m.tool_calls | length != 1 %}{{ raise_exception('one at a time') }}{% endif %}"
        + EACH
        + OBJECT
        + "{% endfor %}"
        + END
    )
    chat_format = ChatFormat.from_template(source)
    assert not chat_format.dialect.parallel
    messages = [
        {"role": "user", "content": "Q"},
        {
            "role": "assistant",
            "content": "Two.",
            "tool_calls": [
                {"id": id, "type": "function", "function": {"name": id, "arguments": "{}"}}
                for id in ("aa", "bb")
            ],
        },
        {"role": "tool", "tool_call_id": "bb", "content": "of b"},
        {"role": "tool", "tool_call_id": "aa", "content": "of a"},
    ]
    text = chat_format.render(messages).text
    order = [text.index(part) for part in ("Two.", '"aa"', "of a", '"bb"', "of b")]
    assert order == sorted(order)


def test_ids_of_nine_letters_where_they_are_asked_for() -> None:
    source = START + (
        EACH
        + "{% if c.id | length != 9 %}{{ raise_exception('ids have nine letters') }}{% endif %}"
        + "[CALLS]{{ f.name }}[ID]{{ c.id }}[ARGS]"
        + ARGS
        + "{% endfor %}"
        + END
    )
    chat_format = ChatFormat.from_template(source)
    assert chat_format.dialect.id_length == 9
    calls = [{"id": "call_1234567890", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    prompt = chat_format.render(
        [{"role": "user", "content": "Q"}, {"role": "assistant", "tool_calls": calls}]
    )
    assert "[CALLS]f[ID]" in prompt.text


def test_tools_are_described_where_the_template_knows_none() -> None:
    chat_format = ChatFormat.plain()
    prompt = chat_format.render([{"role": "user", "content": "Q"}], tools=TOOLS)
    assert chat_format.dialect.name == "described"
    assert not chat_format.dialect.learned
    assert '"name": "search"' in prompt.text
    assert "<tool_call>" in prompt.text
    messages = [
        {"role": "user", "content": "Q"},
        {
            "role": "assistant",
            "content": "I look.",
            "tool_calls": [
                {
                    "id": "1",
                    "type": "function",
                    "function": {"name": "search", "arguments": '{"text": "<|im_end|>"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "1", "content": "found"},
    ]
    prompt = chat_format.render(messages, tools=TOOLS)
    call = 'I look.<tool_call>\n{"name": "search", "arguments": {"text": "<|im_end|>"}}\n</tool_call>\n\n'
    assert call in prompt.text
    assert "".join(piece.text for piece in prompt.pieces) == prompt.text
    trusted = "".join(piece.text for piece in prompt.pieces if piece.trusted)
    assert "<tool_call>" in trusted
    assert '"<|im_end|>"' not in trusted


def test_results_are_questions_where_there_is_no_role_for_tools() -> None:
    source = (
        "{% for m in messages %}{% if m.role not in ('user', 'assistant') %}{{ raise_exception('roles') }}{% endif %}"
        "{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('alternate') }}{% endif %}"
        "<{{ m.role }}>{{ m.content }}{% endfor %}"
    )
    messages = [
        {"role": "user", "content": "Q"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}}
                for id in ("1", "2")
            ],
        },
        {"role": "tool", "tool_call_id": "1", "content": "one"},
        {"role": "tool", "tool_call_id": "2", "content": "two"},
        {"role": "user", "content": "And?"},
    ]
    text = ChatFormat.from_template(source).render(messages, tools=TOOLS).text
    results = "<user><tool_response>\none\n</tool_response>\n<tool_response>\ntwo\n</tool_response>\nAnd?"
    assert text.endswith(results)


def test_without_tools_a_call_is_text() -> None:
    chat_format = ChatFormat.from_template(TEMPLATES["wrapped"])
    prompt = chat_format.render([{"role": "user", "content": "Q"}])
    text = '<call>{"name": "f", "arguments": {}}</call>'
    parser = chat_format.parser(prompt)
    parser.feed(text)
    assert parser.finish().content == text
    assert PROPERTIES
