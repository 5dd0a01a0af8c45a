"""The conversations of llama.cpp's own page: JSON of one or of many, since 2026 JSON lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from app.services.chat.exchange.reading.foreign import (
    attachment,
    call,
    items,
    joined,
    name,
    obj,
    objects,
    role_of,
    text,
    thoughts_apart,
    time,
)
from app.services.chat.exchange.reading.splitting import decoded_text
from app.services.chat.exchange.reading.tree import Foreign, Node, Said
from engine.errors import UserError
from engine.values import ToolCall

_REASONING, _REASONING_END = "<<<reasoning_content_start>>>", "<<<reasoning_content_end>>>"
_CALL, _CALL_END = "<<<AGENTIC_TOOL_CALL_START>>>", "<<<AGENTIC_TOOL_CALL_END>>>"
_CALLED = re.compile(
    r"\s*<<<TOOL_NAME:([^\n>]{0,200})>>>\s*<<<TOOL_ARGS_START>>>(.*?)<<<TOOL_ARGS_END>>>", re.DOTALL
)


def is_conversation(value: dict[str, Any]) -> bool:
    return isinstance(value.get("conv"), dict) and isinstance(value.get("messages"), list)


def is_bare(value: dict[str, Any]) -> bool:
    """Whether it is what a few versions wrote: all about a conversation but what was said."""
    return "currNode" in value and "lastModified" in value


def is_session(value: dict[str, Any]) -> bool:
    return value.get("type") == "session"


def read(conversation: dict[str, Any], messages: Sequence[dict[str, Any]]) -> Foreign:
    """A conversation. Raises UserError `exchange.no_messages`."""
    if not messages:
        raise UserError("exchange.no_messages")
    nodes = []
    for number, message in enumerate(messages):
        id = name(message.get("id")) or f"#{number}"
        parent = name(message.get("parent")) if "parent" in message else f"#{number - 1}"
        nodes.append(Node(id, parent, _said(id, message)))
    return Foreign(
        app="llama_ui",
        id=name(conversation.get("id")),
        title=text(conversation.get("name")),
        nodes=tuple(nodes),
        shown=name(conversation.get("currNode")),
        updated=time(conversation.get("lastModified")),
        pinned=conversation.get("pinned") is True,
    )


def _said(id: str, message: dict[str, Any]) -> tuple[Said, ...]:
    if message.get("type") == "root" or message.get("isSynthetic") is True:
        return ()
    created, role = time(message.get("timestamp")), role_of(message.get("role"))
    words = text(message.get("content"))
    if role != "assistant":
        shown = joined([*map(_extra, objects(message.get("extra"))), words])
        role = "system" if message.get("type") == "system" else role
        return (Said(role, shown, created=created),)
    model = text(message.get("model"))
    reasoning = text(message.get("reasoningContent")) or text(message.get("thinking"))
    before, _, marked = words.partition(_REASONING)
    thought, end, rest = marked.partition(_REASONING_END)
    if end:
        reasoning, words = joined([reasoning, thought.strip()]), before + rest
    elif not reasoning:
        reasoning, words = thoughts_apart(words)
    parts = [Said(role, "", reasoning, created=created, model=model)]
    parts += [
        Said(said.role, said.content, calls=said.calls, created=created, model=model)
        for said in _agentic(id, words)
    ]
    calls = _calls(message.get("toolCalls") or message.get("tool_calls"))
    shown = joined(map(_extra, objects(message.get("extra"))))
    return (*parts, Said(role, shown, calls=calls, created=created, model=model))


def _agentic(id: str, words: str) -> list[Said]:
    """The calls that older versions marked in the text of an answer, and what stands between them."""
    parts: list[Said] = []
    at = 0
    while (start := words.find(_CALL, at)) >= 0 and (end := words.find(_CALL_END, start)) >= 0:
        parts.append(Said("assistant", words[at:start].strip()))
        if found := _CALLED.match(words, start + len(_CALL), end):
            made = call(f"{id}-{len(parts)}", found[1], found[2])
            parts += [Said("assistant", calls=(made,)), Said("tool", words[found.end() : end].strip())]
        at = end + len(_CALL_END)
    return [*parts, Said("assistant", words[at:].strip())]


def _calls(value: Any) -> tuple[ToolCall, ...]:
    """Calls as the API of OpenAI has them; up to 2026 as a text of JSON."""
    given = decoded_text(value) if isinstance(value, str) else value
    found = []
    for number, each in enumerate(items(given)):
        function = obj(obj(each).get("function"))
        if function:
            id = obj(each).get("id") or f"call_{number}"
            found.append(call(id, function.get("name"), function.get("arguments")))
    return tuple(found)


def _extra(extra: dict[str, Any]) -> str:
    """What came along with a message."""
    shown = extra.get("name") or extra.get("promptName") or extra.get("uri") or extra.get("type")
    return attachment(shown, extra.get("content"))
