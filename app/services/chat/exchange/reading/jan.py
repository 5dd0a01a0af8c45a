"""Jan's threads: a folder for each, with `thread.json` and a line of `messages.jsonl` for each message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from app.services.chat.exchange.reading.foreign import (
    attachment,
    call,
    joined,
    name,
    obj,
    objects,
    picture_name,
    role_of,
    text,
    thoughts_apart,
    time,
)
from app.services.chat.exchange.reading.tree import Foreign, Node, Said

# The list of files that Jan writes behind a question, for the model.
_FILES, _FILES_END = "[ATTACHED_FILES]", "[/ATTACHED_FILES]"
_FILE_NAME = re.compile(r"\bname: ([^,\n]{1,300})")
# Where a search matched, titles were kept with its marks.
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")


def is_thread(value: dict[str, Any]) -> bool:
    return text(value.get("object")) == "thread" or ("assistants" in value and "id" in value)


def is_message(value: dict[str, Any]) -> bool:
    return text(value.get("object")) == "thread.message"


def read(thread: dict[str, Any], messages: Sequence[dict[str, Any]]) -> Foreign:
    """A thread; where no message names its parent, each follows the one before it."""
    assistant = next(iter(objects(thread.get("assistants"))), {})
    model = name(obj(thread.get("model") or assistant.get("model")).get("id"))
    has_tree = any({"parentId", "activeChildId"} & obj(each.get("metadata")).keys() for each in messages)
    nodes, before, active = [], "", {}
    for number, message in enumerate(messages):
        id, metadata = name(message.get("id")) or f"#{number}", obj(message.get("metadata"))
        parent = name(metadata.get("parentId")) if has_tree and "parentId" in metadata else before
        active[id] = name(metadata.get("activeChildId"))
        nodes.append(Node(id, parent, _said(id, message, model)))
        before = id
    metadata = obj(thread.get("metadata"))
    return Foreign(
        app="jan",
        id=name(thread.get("id")),
        title=_TAG.sub("", text(thread.get("title")) or text(metadata.get("title"))),
        nodes=tuple(nodes),
        shown=_shown(nodes, active) if has_tree else before,
        system=text(assistant.get("instructions")),
        created=time(thread.get("created")),
        updated=time(thread.get("updated")),
        pinned=thread.get("isFavorite") is True,
    )


def _shown(nodes: Sequence[Node], active: dict[str, str]) -> str:
    """Where the shown branch is told to go on for the last time: below the newest first message."""
    parents = {node.id: node.parent for node in nodes}
    at = next((node.id for node in reversed(nodes) if node.parent not in parents), "")
    seen: set[str] = set()
    while at not in seen and parents.get(active.get(at, ""), "") == at:
        seen.add(at)
        at = active[at]
    return at


def _said(id: str, message: dict[str, Any], model: str) -> tuple[Said, ...]:
    created, role = time(message.get("created_at")), role_of(message.get("role"))
    metadata = obj(message.get("metadata"))
    if role != "assistant":
        words, files, _ = joined(map(_words, objects(message.get("content")))).partition(_FILES)
        listed, _, rest = files.partition(_FILES_END)
        return (Said(role, joined([_files(listed, metadata), words.strip(), rest.strip()]), created=created),)
    parts: list[Said] = []
    for number, part in enumerate(objects(message.get("content"))):
        words, kind = _words(part), text(part.get("type"))
        if kind == "reasoning":
            parts.append(Said(role, reasoning=words, created=created, model=model))
        elif kind == "tool_call":
            made = call(
                part.get("tool_call_id") or f"{id}-{number}", part.get("tool_name"), part.get("input")
            )
            parts.append(Said(role, calls=(made,), created=created, model=model))
            parts.append(Said("tool", _output(part.get("output")), created=created))
        else:
            reasoning, rest = thoughts_apart(_harmony(words))
            parts.append(Said(role, rest, reasoning, created=created, model=model))
    return (*_older_calls(metadata, created, model), *parts)


def _older_calls(metadata: dict[str, Any], created: float | None, model: str) -> list[Said]:
    """Calls of older versions, which stood beside the text that was written behind them."""
    parts = []
    for each in objects(metadata.get("tool_calls")):
        tool = obj(each.get("tool"))
        function = obj(tool.get("function"))
        made = call(tool.get("id"), function.get("name"), function.get("arguments"))
        parts.append(Said("assistant", calls=(made,), created=created, model=model))
        parts.append(Said("tool", _output(each.get("response")), created=created))
    return parts


def _words(part: dict[str, Any]) -> str:
    if part.get("image_url"):
        return attachment(picture_name(obj(part["image_url"]).get("url")))
    return text(obj(part.get("text")).get("value")) or text(part.get("text"))


def _output(value: Any) -> str:
    """The result of a call: a text, or parts of one."""
    told = obj(value)
    return joined(
        [text(value), text(told.get("error")), *(_words(part) for part in objects(told.get("content")))]
    )


def _files(listed: str, metadata: dict[str, Any]) -> str:
    """Lines for the files of a question, with the text of those that came along."""
    inline = {text(file.get("name")): file for file in objects(metadata.get("inline_file_contents"))}
    names = dict.fromkeys([*_FILE_NAME.findall(listed), *inline])
    return joined(attachment(each, obj(inline.get(each)).get("content")) for each in names)


def _harmony(words: str) -> str:
    """Reasoning that an older version left in the marks of gpt-oss, in tags."""
    start, end = "<|channel|>analysis<|message|>", "<|start|>assistant<|channel|>final<|message|>"
    if not words.startswith(start):
        return words
    thought, found, rest = words.removeprefix(start).partition(end)
    return f"<think>{thought}</think>{rest}" if found else words
