"""Normalizes conversations for templates: plain dictionaries in OpenAI's shape with clean strings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.text import clean_text, clean_value
from engine.values import Message

Conversation = list[dict[str, Any]]

# The names under which templates look for earlier reasoning, besides `reasoning_content`.
REASONING_KEYS = ("reasoning_content", "reasoning", "thinking", "thought")


def _content_text(content: Any) -> str:
    """The text of a message. OpenAI's list of parts is joined; parts that are no text have none here."""
    if isinstance(content, str):
        return clean_text(content)
    if isinstance(content, list | tuple):
        texts = [part.get("text", "") if isinstance(part, Mapping) else str(part) for part in content]
        return clean_text("\n".join(text for text in texts if text))
    return ""


def normalized(messages: Sequence[Message | Mapping[str, Any]]) -> Conversation:
    """Fresh dictionaries whose `content` is always a string; what is empty besides, such as `tool_calls`, is left
    out.
    """
    conversation: Conversation = []
    for message in messages:
        given = message.as_dict() if isinstance(message, Message) else message
        plain: dict[str, Any] = {"role": str(given.get("role", "user"))}
        plain["content"] = _content_text(given.get("content"))
        for key, value in given.items():
            if key not in plain and value not in (None, "", []):
                plain[str(key)] = clean_value(value)
        conversation.append(plain)
    return conversation


def with_system_merged(conversation: Conversation) -> Conversation:
    """For models without a system role: prepend its text to the first user message."""
    system = "\n\n".join(m["content"] for m in conversation if m["role"] in ("system", "developer"))
    others = [m for m in conversation if m["role"] not in ("system", "developer")]
    if not system:
        return others
    for position, message in enumerate(others):
        if message["role"] == "user":
            text = f"{system}\n\n{message['content']}" if message["content"] else system
            return [*others[:position], {**message, "content": text}, *others[position + 1 :]]
    return [{"role": "user", "content": system}, *others]


def with_neighbors_joined(conversation: Conversation) -> Conversation:
    """For templates that take questions and answers in turn alone: one message of neighbors that are both questions,
    or both answers without calls."""
    out: Conversation = []
    for message in conversation:
        last = out[-1] if out else {}
        if message["role"] == last.get("role") in ("user", "assistant") and not last.get("tool_calls"):
            content = "\n\n".join(filter(None, (last["content"], message["content"])))
            out[-1] = {**last, **message, "content": content}
        else:
            out.append(message)
    return out


def with_reasoning_keys(conversation: Conversation, source: str) -> Conversation:
    """Repeat earlier reasoning under the other names that this template's source mentions."""
    wanted = [key for key in REASONING_KEYS[1:] if re.search(rf"[.\"']{key}\b", source)]
    return [
        {**dict.fromkeys(wanted, message["reasoning_content"]), **message}
        if message.get("reasoning_content") and message["role"] == "assistant"
        else message
        for message in conversation
    ]
