"""Chat templates made from descriptions: the texts of each role, with marks for what differs."""

from __future__ import annotations

import json
import re
from typing import TypeVar

import msgspec

from engine.values import ReasoningControl

_MARK = re.compile(r"(\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|%[a-z])")
# A string as it is, anything else as JSON, or as Python prints it.
_JSON_VALUE = "{{ value if value is string else value | tojson }}"
_PYTHON_VALUE = (
    "{{ value | tojson if value is mapping or (value is iterable and value is not string) else value }}"
)


class Calls(msgspec.Struct, frozen=True):
    """How calls are written in history. In `each`, %n stands for the name, %a for the arguments as JSON, %i for the
    id and %p for all arguments as `parameter`; there %k is the key and %v the value.
    `text`: the arguments have to be given as JSON text.
    """

    each: str
    start: str = ""
    between: str = ""
    end: str = ""
    parameter: str = ""
    parameters_between: str = ""
    python: bool = False
    text: bool = False

    def source(self) -> str:
        value = _PYTHON_VALUE if self.python else _JSON_VALUE
        pair = _code(self.parameter, {"k": "{{ key }}", "v": value})
        if self.parameters_between:
            pair += "{% if not loop.last %}" + _code(self.parameters_between, {}) + "{% endif %}"
        arguments = (
            "{{ '' + call.function.arguments }}" if self.text else "{{ call.function.arguments | tojson }}"
        )
        marks = {
            "n": "{{ call.function.name }}",
            "a": arguments,
            "i": "{{ call.id }}",
            "p": "{% for key, value in call.function.arguments.items() %}" + pair + "{% endfor %}",
        }
        between = "{% if not loop.first %}" + _code(self.between, {}) + "{% endif %}" if self.between else ""
        loop = "{% for call in m.tool_calls %}" + between + _code(self.each, marks) + "{% endfor %}"
        inside = _code(self.start, {}) + loop + _code(self.end, {})
        return "{% if m.tool_calls %}" + inside + "{% endif %}"


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A chat format: what is written for each role, with Jinja where a template decides something.

    %s stands for the content, %t for the earlier thought in the form of `thought`, %c for the calls, %j for the
    definitions of the tools as JSON. `start` comes first of all, `tools` after it where there are any. A thought in
    `thought` is written where there is one, and always with `always`. Without `system` such a message is an error,
    without `result` so is a tool's.
    """

    user: str
    assistant: str
    prompt: str
    system: str = ""
    result: str = ""
    start: str = ""
    tools: str = ""
    thought: str = ""
    always: bool = False
    calls: Calls | None = None

    def source(self) -> str:
        content = {"s": "{{ m.content }}"}
        spoken = content | {"t": self._thought(), "c": self.calls.source() if self.calls else ""}
        branches = [
            ("m.role == 'user'", _code(self.user, content)),
            ("m.role == 'assistant'", _code(self.assistant, spoken)),
            ("m.role == 'system'", _code(self.system, content)),
            ("m.role == 'tool'", _code(self.result, content)),
        ]
        given = [(test, text) for test, text in branches if text]
        cases = "".join(
            f"{{% {'elif' if n else 'if'} {test} %}}{text}" for n, (test, text) in enumerate(given)
        )
        other = "{% else %}{{ raise_exception('no such role') }}{% endif %}"
        turns = "{% for m in messages %}" + cases + other + "{% endfor %}"
        tools = (
            "{% if tools %}" + _code(self.tools, {"j": "{{ tools | tojson }}"}) + "{% endif %}"
            if self.tools
            else ""
        )
        prompt = "{% if add_generation_prompt %}" + _code(self.prompt, {}) + "{% endif %}"
        return _code(self.start, {}) + tools + turns + prompt

    def _thought(self) -> str:
        written = _code(self.thought, {"s": "{{ m.reasoning_content or '' }}"})
        if self.always or not written:
            return written
        return "{% if m.reasoning_content %}" + written + "{% endif %}"


class Published(msgspec.Struct, frozen=True):
    """A published model's format and what is to be found out about it. `facts`: where it is written down."""

    name: str
    facts: str
    form: Form
    reasoning: ReasoningControl
    dialect: str


_Described = TypeVar("_Described", Form, Calls)


def changed(described: _Described, **fields: object) -> _Described:
    """The same but for these fields."""
    return msgspec.structs.replace(described, **fields)


def _code(text: str, marks: dict[str, str]) -> str:
    """`text` as Jinja: its own Jinja as it is, marks replaced, and everything else as string literals, which keeps
    white space from being trimmed."""
    out = []
    for part in _MARK.split(text):
        if part.startswith(("{%", "{{", "{#")):
            out.append(part)
        elif len(part) == 2 and part[0] == "%" and part[1] in marks:
            out.append(marks[part[1]])
        elif part:
            out.append("{{ " + json.dumps(part, ensure_ascii=False) + " }}")
    return "".join(out)
