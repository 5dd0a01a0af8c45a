"""Tools for models whose template knows none: described in the system prompt, called in a notation of ours.

The notation is the one that most models have met (Hermes and Qwen).
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from engine.formats.known_dialects import HERMES
from engine.formats.messages import Conversation

FALLBACK = msgspec.structs.replace(HERMES, name="described")

_INSTRUCTIONS = """\
You can use tools. To use one, write a call in exactly this form and then stop:
<tool_call>
{{"name": "name of the tool", "arguments": {{"name of an argument": "its value"}}}}
</tool_call>
Write one such block for each call. The results will be given to you in <tool_response> blocks. \
When no tool is needed, answer in words.

These are the tools, one in each line, with a JSON schema of their arguments:
{tools}"""


def with_tools_described(conversation: Conversation, tools: list[dict[str, Any]]) -> Conversation:
    """The conversation with the tools in its system message."""
    lines = []
    for tool in tools:
        function = tool.get("function", tool)
        shown = {key: function[key] for key in ("name", "description", "parameters") if key in function}
        lines.append(json.dumps(shown, ensure_ascii=False))
    text = _INSTRUCTIONS.format(tools="\n".join(lines))
    if conversation and conversation[0]["role"] == "system":
        first = conversation[0]
        return [{**first, "content": f"{first['content']}\n\n{text}".strip()}, *conversation[1:]]
    return [{"role": "system", "content": text}, *conversation]
