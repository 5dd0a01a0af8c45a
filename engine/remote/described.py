"""Tools for servers that accept none: described in the prompt, called in text. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from engine.formats.render.fallback import FALLBACK, with_tools_described
from engine.formats.render.history import HistoryForm, prepared
from engine.formats.render.messages import normalized
from engine.values import Message

_FORM = HistoryForm(FALLBACK, takes_tools=False, writes_calls=False, writes_results=False)
# That a model accepts no tools, as Ollama, vLLM without a parser, llama-server without --jinja and others say it.
NO_TOOLS = re.compile(
    r"does ?n[o']t support (tools|function)|tools? (param )?requires|enable-auto-tool-choice|tool-call-parser"
    r"|(tools|function calling) (is|are) not (supported|enabled)|no tool parser",
    re.IGNORECASE,
)


def described_messages(
    messages: Sequence[Message], tools: Sequence[dict[str, Any]], *, offered: bool
) -> list[dict[str, Any]]:
    """In OpenAI's shape without a call and without a role for tools. `offered`: the tools may be called now."""
    conversation = normalized(messages)
    if tools and offered:
        conversation = with_tools_described(conversation, list(tools), _FORM)
    plain = prepared(conversation, _FORM)
    texts = {place: "".join(piece.text for piece in pieces) for place, pieces in plain.inserts.items()}
    out = []
    for message in plain.conversation:
        content = message["content"]
        for place, text in texts.items():
            content = content.replace(place, text)
        out.append({"role": message["role"], "content": content})
    return out
