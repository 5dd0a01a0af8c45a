"""Tools for models whose template knows none: described in the system prompt.

They are called in the dialect that the template writes, if it does, or in one that most models have met
(Hermes and Qwen).
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from engine.formats.known_dialects import HERMES
from engine.formats.render.history import HistoryForm
from engine.formats.render.messages import Conversation
from engine.formats.writing import WrittenCall, written

FALLBACK = msgspec.structs.replace(HERMES, name="described")

_INSTRUCTIONS = """\
You can use tools. To use one, write a call in exactly this form and then stop:
{example}
Use the names of a tool and of its arguments, and your values, in place of these. Write one such call for \
each use. The results will be given to you. When no tool is needed, answer in words."""
_LIST = """

These are the tools, one in each line, with a JSON schema of their arguments:
"""
EXAMPLE = WrittenCall("name_of_tool", {"name_of_argument": "value"}, "000000001")


def with_tools_described(
    conversation: Conversation, tools: list[dict[str, Any]], form: HistoryForm
) -> Conversation:
    """Add to the system message what the template does not render: the call syntax and the tools."""
    if form.takes_tools and form.dialect.name != FALLBACK.name:
        return conversation
    text = _INSTRUCTIONS.format(example=written(form.dialect, [EXAMPLE]).strip())
    if not form.takes_tools:
        text += _LIST + "\n".join(map(_shown, tools))
    if conversation and conversation[0]["role"] == "system":
        first = conversation[0]
        return [{**first, "content": f"{first['content']}\n\n{text}".strip()}, *conversation[1:]]
    return [{"role": "system", "content": text}, *conversation]


def _shown(tool: dict[str, Any]) -> str:
    function = tool.get("function", tool)
    shown = {key: function[key] for key in ("name", "description", "parameters") if key in function}
    return json.dumps(shown, ensure_ascii=False)
