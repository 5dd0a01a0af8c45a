"""Tools for models whose template knows none: described in the system prompt.

They are called in the dialect that the template writes, if it does, or in one that most models have met
(Hermes and Qwen).
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from engine.formats.dialect import Dialect
from engine.formats.known_dialects import HERMES
from engine.formats.messages import Conversation
from engine.formats.writing import WrittenCall, written

FALLBACK = msgspec.structs.replace(HERMES, name="described")

_INSTRUCTIONS = """\
You can use tools. To use one, write a call in exactly this form and then stop:
{example}
Use the names of a tool and of its arguments, and your values, in place of these. Write one such call for \
each use. The results will be given to you. When no tool is needed, answer in words.

These are the tools, one in each line, with a JSON schema of their arguments:
{tools}"""
EXAMPLE = WrittenCall("name_of_tool", {"name_of_argument": "value"}, "000000001")


def with_tools_described(
    conversation: Conversation, tools: list[dict[str, Any]], dialect: Dialect
) -> Conversation:
    """The conversation with the tools in its system message."""
    lines = []
    for tool in tools:
        function = tool.get("function", tool)
        shown = {key: function[key] for key in ("name", "description", "parameters") if key in function}
        lines.append(json.dumps(shown, ensure_ascii=False))
    text = _INSTRUCTIONS.format(example=written(dialect, [EXAMPLE]).strip(), tools="\n".join(lines))
    if conversation and conversation[0]["role"] == "system":
        first = conversation[0]
        return [{**first, "content": f"{first['content']}\n\n{text}".strip()}, *conversation[1:]]
    return [{"role": "system", "content": text}, *conversation]
