"""Claude's export: `conversations.json`, and what browser tools write of one conversation."""

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
    text,
    time,
)
from app.services.chat.exchange.reading.tree import Foreign, Node, Said


def is_conversation(value: dict[str, Any]) -> bool:
    return isinstance(value.get("chat_messages"), list)


def read(value: dict[str, Any]) -> Foreign:
    """A conversation. In old ones no message names its parent: each follows the one before it."""
    nodes, before = [], ""
    for number, message in enumerate(objects(value["chat_messages"])):
        id = name(message.get("uuid")) or f"#{number}"
        parent = name(message.get("parent_message_uuid")) if "parent_message_uuid" in message else before
        nodes.append(Node(id, parent, _said(id, message, text(value.get("model")))))
        before = id
    return Foreign(
        app="claude",
        id=name(value.get("uuid")),
        title=text(value.get("name")),
        nodes=tuple(nodes),
        shown=name(value.get("current_leaf_message_uuid")),
        created=time(value.get("created_at")),
        updated=time(value.get("updated_at")),
        pinned=value.get("is_starred") is True,
    )


def _said(id: str, message: dict[str, Any], model: str) -> tuple[Said, ...]:
    """The parts of a message in their order: an answer holds its calls and their results."""
    created, files = time(message.get("created_at")), _files(message)
    content = objects(message.get("content"))
    if text(message.get("sender")) == "human":
        words = joined(map(_words, content)) or text(message.get("text"))
        return (Said("user", joined([files, words]), created=created),)
    parts = [Said("assistant", files, created=created)]
    for number, part in enumerate(content):
        kind, words = text(part.get("type")), _words(part)
        if kind == "thinking":
            parts.append(Said("assistant", reasoning=words, created=created, model=model))
        elif kind == "tool_use":
            made = call(part.get("id") or f"{id}-{number}", part.get("name"), part.get("input"))
            parts.append(Said("assistant", calls=(made,), created=created, model=model))
        elif kind == "tool_result":
            parts.append(Said("tool", _result(part.get("content")), created=created))
        else:
            parts.append(Said("assistant", words, created=created, model=model))
    if all(said.is_empty for said in parts[1:]):
        parts.append(Said("assistant", text(message.get("text")), created=created, model=model))
    return tuple(parts)


def _words(part: dict[str, Any]) -> str:
    """The text of a part of any type."""
    fields = (part.get("text"), part.get("thinking"), obj(part.get("display_content")).get("text"))
    return next((words for words in map(text, fields) if words), "")


def _result(content: Any) -> str:
    if isinstance(content, str):
        return text(content)
    told = []
    for part in objects(content):
        if text(part.get("type")) == "image":
            told.append(attachment(part.get("file_uuid")))
        else:
            told.append(joined(text(part.get(field)) for field in ("title", "url", "text")))
    return joined([*told, *(text(part) for part in items(content))])


def _files(message: dict[str, Any]) -> str:
    """Lines for the files of a message, with the text of those whose text was taken out."""
    shown = [
        attachment(file.get("file_name"), file.get("extracted_content"))
        for file in objects(message.get("attachments"))
    ]
    named = {
        name(file.get("file_uuid")) or str(number): text(file.get("file_name"))
        for number, file in enumerate([*objects(message.get("files")), *objects(message.get("files_v2"))])
    }
    return joined([*shown, *(attachment(each) for each in named.values())])
