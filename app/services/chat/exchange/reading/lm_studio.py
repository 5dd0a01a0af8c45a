"""LM Studio's conversations: a file for each, whose messages have versions."""

from __future__ import annotations

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
from app.services.chat.exchange.reading.tree import Foreign, Node, Said


def is_conversation(value: dict[str, Any]) -> bool:
    messages = objects(value.get("messages"))
    return any(isinstance(message.get("versions"), list) for message in messages[:5]) or (
        "messages" in value and "createdAt" in value and "lastUsedModel" in value
    )


def read(value: dict[str, Any], id: str) -> Foreign:
    """A conversation, which is named by its file alone. A message follows the chosen version of the one before it."""
    model = name(obj(value.get("lastUsedModel")).get("identifier"))
    nodes: list[Node] = []
    before = ""
    for place, message in enumerate(objects(value.get("messages"))):
        versions = items(message.get("versions"))
        chosen = message.get("currentlySelected")
        if not isinstance(chosen, int) or not 0 <= chosen < len(versions):
            chosen = 0
        nodes += [
            Node(f"{place}.{number}", before, _said(f"{place}.{number}", obj(version), model))
            for number, version in enumerate(versions)
        ]
        before = f"{place}.{chosen}" if versions else before
    created = time(value.get("createdAt"))
    return Foreign(
        app="lm_studio",
        id=id or name(value.get("createdAt")),
        title=text(value.get("name")),
        nodes=tuple(nodes),
        shown=before,
        system=_system(value),
        created=created,
        updated=time(value.get("assistantLastMessagedAt"))
        or time(value.get("userLastMessagedAt"))
        or created,
        pinned=value.get("pinned") is True,
    )


def _system(value: dict[str, Any]) -> str:
    fields = objects(obj(value.get("perChatPredictionConfig")).get("fields"))
    own = (text(field.get("value")) for field in fields if field.get("key") == "llm.prediction.systemPrompt")
    return next((words for words in own if words), text(value.get("systemPrompt")))


def _said(id: str, version: dict[str, Any], model: str) -> tuple[Said, ...]:
    """A version: one text, or the steps of an answer."""
    role = role_of(version.get("role"))
    content = objects(version.get("content"))
    if role != "assistant":
        return (Said(role, joined(_words(part) for part in content)),)
    model = text(obj(version.get("senderInfo")).get("senderName")) or model
    steps = [step for step in objects(version.get("steps")) if step.get("type") == "contentBlock"]
    parts: list[Said] = []
    for step in [{"content": content}, *steps]:
        created = time(text(step.get("stepIdentifier")).split("-")[0])
        for part in objects(step.get("content")):
            parts += _step(f"{id}-{len(parts)}", part, _thinks(step) or _thinks(part), created, model)
    return tuple(parts)


def _thinks(part: dict[str, Any]) -> bool:
    return obj(part.get("style")).get("type") == "thinking"


def _step(id: str, part: dict[str, Any], thinks: bool, created: float | None, model: str) -> list[Said]:
    kind = text(part.get("type"))
    if kind == "toolCallRequest":
        asked = obj(part.get("toolCallRequest")) or part
        known = asked.get("toolCallRequestId") or asked.get("callId") or asked.get("id") or id
        made = call(known, asked.get("name"), asked.get("arguments"))
        return [Said("assistant", calls=(made,), created=created, model=model)]
    words = _words(part)
    if kind == "toolCallResult":
        return [Said("tool", words, created=created)]
    reasoning, rest = (words, "") if thinks else thoughts_apart(words)
    return [Said("assistant", rest, reasoning, created=created, model=model)]


def _words(part: dict[str, Any]) -> str:
    kind = text(part.get("type"))
    if kind == "file":
        return attachment(part.get("name") or part.get("fileIdentifier") or part.get("identifier"))
    if kind == "toolCallResult":
        return text(part.get("content"))
    return text(part.get("text"))
