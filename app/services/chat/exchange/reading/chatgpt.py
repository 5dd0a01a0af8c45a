"""ChatGPT's export: `conversations.json`, since 2026 in several files and with fewer fields."""

from __future__ import annotations

import re
from typing import Any

from app.services.chat.exchange.reading.foreign import (
    attachment,
    call,
    items,
    joined,
    line,
    name,
    obj,
    objects,
    role_of,
    text,
    time,
)
from app.services.chat.exchange.reading.splitting import decoded_text
from app.services.chat.exchange.reading.tree import Foreign, Node, Said

# What people never see, or what says nothing.
_UNSAID = {"model_editable_context", "reasoning_recap"}
# Private-use marks around a citation, whose text stands beside it in `content_references`.
_CITATION = re.compile("\ue200[^\ue200\ue201]{0,2000}\ue201")


def is_conversation(value: dict[str, Any]) -> bool:
    return isinstance(value.get("mapping"), dict)


def read(value: dict[str, Any]) -> Foreign:
    """A conversation; its nodes stand in `mapping`, the older ones with lists of their children."""
    model = text(value.get("default_model_slug"))
    mapping: dict[str, Any] = value["mapping"]
    places = {
        child: place
        for node in mapping.values()
        for place, child in enumerate(items(obj(node).get("children")))
        if isinstance(child, str)
    }
    nodes = []
    for id, node in mapping.items():
        message = obj(obj(node).get("message"))
        created = time(message.get("create_time"))
        rank = float(places[id]) if id in places else created or 0.0
        nodes.append(
            Node(f"n{id}", f"n{name(obj(node).get('parent'))}", _said(id, message, created, model), rank)
        )
    return Foreign(
        app="chatgpt",
        id=name(value.get("conversation_id")) or name(value.get("id")),
        title=text(value.get("title")),
        nodes=tuple(nodes),
        shown=f"n{name(value.get('current_node'))}",
        created=time(value.get("create_time")),
        updated=time(value.get("update_time")),
        pinned=value.get("is_starred") is True or time(value.get("pinned_time")) is not None,
        archived=value.get("is_archived") is True,
    )


def _said(id: str, message: dict[str, Any], created: float | None, model: str) -> tuple[Said, ...]:
    """What a node says; the model of the conversation stands in for that of an answer."""
    content, metadata = obj(message.get("content")), obj(message.get("metadata"))
    kind, role = text(content.get("content_type")), role_of(obj(message.get("author")).get("role"))
    if kind == "user_editable_context":
        told = joined([text(content.get("user_profile")), text(content.get("user_instructions"))])
        return (Said("system", told, created=created),)
    if kind in _UNSAID or metadata.get("is_visually_hidden_from_conversation") is True:
        return ()
    words = _words(content, metadata)
    if role != "assistant":
        return (Said(role, words, created=created),)
    model = text(metadata.get("model_slug")) or model
    if kind == "thoughts":
        return (Said(role, reasoning=_thoughts(content), created=created, model=model),)
    to = text(message.get("recipient")) or ("python" if kind == "code" else "all")
    if to != "all" and words:
        arguments = {"code": words} if kind == "code" and decoded_text(words) is None else words
        return (Said(role, calls=(call(id, to, arguments),), created=created, model=model),)
    return (Said(role, words, created=created, model=model),)


def _words(content: dict[str, Any], metadata: dict[str, Any]) -> str:
    """The text of a message, with a line for each picture and file."""
    names = {
        name(file.get("id")): line(file.get("name"))
        for file in objects(metadata.get("attachments"))
        if file.get("id")
    }
    parts = [_part(part, names) for part in items(content.get("parts"))]
    if not parts:
        fields = ("title", "url", "text", "result", "output_str", "snippet", "content")
        parts = [text(content.get(field)) for field in fields]
    files = [attachment(shown) for shown in names.values() if shown]
    return joined([*files, *(_cited(part, metadata) for part in parts)])


def _part(part: Any, names: dict[str, str]) -> str:
    """A part of a message. A picture takes its name out of `names`."""
    if not isinstance(part, dict):
        return text(part)
    if "asset_pointer" in part and "image" in text(part.get("content_type")):
        pointer = text(part["asset_pointer"]).split("://")[-1].split("?")[0]
        prompt = text(obj(obj(part.get("metadata")).get("dalle")).get("prompt"))
        return attachment(names.pop(pointer, "") or prompt or pointer)
    return text(part.get("text"))


def _thoughts(content: dict[str, Any]) -> str:
    thoughts = content.get("thoughts")
    if isinstance(thoughts, str):
        thoughts = decoded_text(thoughts) or [{"content": thoughts}]
    return joined(
        text(thought.get("content")) or text(thought.get("summary")) for thought in objects(thoughts)
    )


def _cited(words: str, metadata: dict[str, Any]) -> str:
    """A text whose marks of citations are links."""
    if "\ue200" not in words:
        return words
    links = {}
    for reference in objects(metadata.get("content_references")):
        addresses = [text(item.get("url")) for item in objects(reference.get("items"))]
        shown = next((url for url in addresses if url.startswith(("https://", "http://"))), "")
        links[text(reference.get("matched_text"))] = f" ({shown})" if shown else ""
    return _CITATION.sub(lambda found: links.get(found[0], ""), words)
