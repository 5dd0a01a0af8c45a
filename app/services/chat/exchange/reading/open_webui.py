"""Open WebUI's export of chats: rows of its database, or in old ones the chats themselves."""

from __future__ import annotations

from typing import Any

from app.services.chat.exchange.reading.details import parts_of
from app.services.chat.exchange.reading.foreign import (
    attachment,
    call,
    items,
    joined,
    name,
    obj,
    objects,
    picture_name,
    role_of,
    text,
    time,
)
from app.services.chat.exchange.reading.tree import Foreign, Node, Said, chain


def is_conversation(value: dict[str, Any]) -> bool:
    if isinstance(value.get("chat"), dict):
        return True
    if isinstance(obj(value.get("history")).get("messages"), dict):
        return True
    messages = objects(value.get("messages"))
    return any({"parentId", "childrenIds", "done", "output"} & message.keys() for message in messages[:5])


def read(value: dict[str, Any]) -> Foreign:
    """A chat; without a history its list of messages is the shown branch."""
    chat = obj(value.get("chat")) or value
    history = obj(chat.get("history"))
    messages = {id: obj(message) for id, message in obj(history.get("messages")).items()}
    if messages:
        nodes = _nodes(messages)
    else:
        flat = objects(chat.get("messages"))
        nodes = chain([(name(each.get("id")), _said(str(n), each)) for n, each in enumerate(flat)])
    return Foreign(
        app="open_webui",
        id=name(value.get("id")),
        title=text(value.get("title")) or text(chat.get("title")),
        nodes=nodes,
        shown=name(history.get("currentId")) or name(chat.get("currentId")),
        system=text(chat.get("system")) or text(obj(chat.get("params")).get("system")),
        created=time(value.get("created_at")) or time(chat.get("timestamp")),
        updated=time(value.get("updated_at")),
        pinned=value.get("pinned") is True,
        archived=value.get("archived") is True,
    )


def _nodes(messages: dict[str, dict[str, Any]]) -> tuple[Node, ...]:
    places = {
        child: float(place)
        for message in messages.values()
        for place, child in enumerate(items(message.get("childrenIds")))
        if isinstance(child, str)
    }
    return tuple(
        # One that its parent does not name was added last.
        Node(id, name(message.get("parentId")), _said(id, message), places.get(id, 1e9))
        for id, message in messages.items()
        if id
    )


def _said(id: str, message: dict[str, Any]) -> tuple[Said, ...]:
    created = time(message.get("timestamp"))
    role = role_of(message.get("role"))
    content = message.get("content")
    words = joined(_part(part) for part in items(content)) if isinstance(content, list) else text(content)
    if role != "assistant":
        return (Said(role, joined([_files(message), words]), created=created),)
    model = text(message.get("modelName")) or text(message.get("model"))
    output = objects(message.get("output"))
    parts = _of_output(id, output) if output else parts_of(words, id)
    files = _files(message)
    told = [*parts, Said("assistant", files)] if files else parts
    return tuple(
        Said(
            said.role,
            said.content,
            said.reasoning,
            said.calls,
            created,
            model if said.role == "assistant" else "",
        )
        for said in told
    )


def _of_output(id: str, output: list[dict[str, Any]]) -> list[Said]:
    """The steps of an answer as the newer versions keep them."""
    parts = []
    for number, item in enumerate(output):
        kind = text(item.get("type"))
        if kind == "message":
            parts.append(Said("assistant", joined(_part(part) for part in items(item.get("content")))))
        elif kind == "reasoning":
            told = [*items(item.get("summary")), *items(item.get("content"))]
            parts.append(Said("assistant", reasoning=joined(_part(part) for part in told)))
        elif kind == "function_call_output":
            result = item.get("output")
            told = items(result) if isinstance(result, list) else [result]
            parts.append(Said("tool", joined(_part(part) for part in told)))
        elif kind.endswith("code_interpreter"):
            code = call(f"{id}-{number}", "code_interpreter", {"code": text(item.get("code"))})
            parts += [Said("assistant", calls=(code,)), Said("tool", text(item.get("output")))]
        elif kind.endswith("_call"):
            made = item.get("name") or kind.removesuffix("_call")
            given = item.get("arguments") or obj(item.get("action"))
            parts.append(
                Said("assistant", calls=(call(item.get("call_id") or f"{id}-{number}", made, given),))
            )
    return parts


def _part(part: Any) -> str:
    if not isinstance(part, dict):
        return text(part)
    address = part.get("image_url")
    if address:
        return attachment(picture_name(obj(address).get("url") or address))
    return text(part.get("text"))


def _files(message: dict[str, Any]) -> str:
    """A line for each file of a message, with its text where that stands in the export."""
    shown = []
    for file in objects(message.get("files")):
        inside = obj(file.get("file"))
        if text(file.get("type")) == "image":
            shown.append(attachment(text(file.get("name")) or picture_name(file.get("url"))))
        else:
            named = text(file.get("name")) or text(inside.get("filename")) or text(file.get("type"))
            shown.append(attachment(named, obj(inside.get("data")).get("content")))
    return joined(shown)
