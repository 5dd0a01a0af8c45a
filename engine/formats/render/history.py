"""Converts calls and results of earlier turns to the form that a template takes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from engine.formats.dialect import Dialect
from engine.formats.render.call_ids import call_id, shortened
from engine.formats.render.messages import Conversation
from engine.formats.values import Piece
from engine.formats.writing import WrittenCall, write_calls

# A letter of the private use plane 16 for each text that is put in after rendering.
_FIRST_PLACE = 0x10E000
_PLACES = 0xF00


class HistoryForm(msgspec.Struct, frozen=True):
    """A template's tool support. `takes_tools`, `writes_calls`, `writes_results`: it renders definitions,
    calls and results itself."""

    dialect: Dialect = Dialect()
    takes_tools: bool = True
    writes_calls: bool = True
    writes_results: bool = True


class Prepared(msgspec.Struct, frozen=True):
    """A conversation ready for its template. `inserts` are to be put where their letter comes out."""

    conversation: Conversation
    inserts: dict[str, tuple[Piece, ...]] = {}


def prepared(conversation: Conversation, form: HistoryForm) -> Prepared:
    """The conversation with its calls and results in the form that the template takes."""
    if not any(message.get("tool_calls") or message["role"] == "tool" for message in conversation):
        return Prepared(conversation)
    out = _with_ids(conversation, form.dialect)
    if not form.dialect.parallel and form.writes_calls:
        out = _one_call_each(out)
    if not form.writes_results:
        out = _results_as_questions(out)
    inserts: dict[str, tuple[Piece, ...]] = {}
    return Prepared([_message(message, form, inserts) for message in out], inserts)


def _message(
    message: dict[str, Any], form: HistoryForm, inserts: dict[str, tuple[Piece, ...]]
) -> dict[str, Any]:
    calls = message.get("tool_calls")
    if not calls:
        return message
    dialect = form.dialect
    if not form.writes_calls:
        plain = {key: value for key, value in message.items() if key != "tool_calls"}
        place = chr(_FIRST_PLACE + len(inserts) % _PLACES)
        inserts[place] = write_calls(dialect, [_written(call) for call in calls])
        return {**plain, "content": message["content"] + place}
    out = {**message, "tool_calls": [_template_call(call, dialect) for call in calls]}
    if dialect.content_with_calls != "kept":
        out["content"] = None if dialect.content_with_calls == "null" else ""
    if dialect.name == "harmony" and message["content"]:
        # Its template takes words in front of a call as thoughts, and refuses both.
        thoughts = [message.get("reasoning_content", ""), message["content"]]
        out |= {"content": "", "reasoning_content": "\n\n".join(filter(None, thoughts))}
    return out


def _with_ids(conversation: Conversation, dialect: Dialect) -> Conversation:
    """Give every call an id, and every result its call's id and name."""
    out: Conversation = []
    names: dict[str, str] = {}
    changed: dict[str, str] = {}
    open_ids: list[str] = []
    total = 0
    for position, message in enumerate(conversation):
        if message.get("tool_calls"):
            calls = []
            open_ids = []
            for number, call in enumerate(message["tool_calls"]):
                function = _function(call)
                given = str(call.get("id") or call_id(f"{position}", number))
                id = _fitting(given, function["name"], total, dialect)
                changed[given], names[id] = id, function["name"]
                open_ids.append(id)
                calls.append({"id": id, "type": "function", "function": function})
                total += 1
            message = {**message, "tool_calls": calls}
        elif message["role"] == "tool":
            given = str(message.get("tool_call_id") or "")
            id = changed.get(given) or (open_ids[0] if open_ids else given or call_id(f"{position}", 0))
            open_ids = [other for other in open_ids if other != id]
            name = message.get("name") or names.get(id, "")
            message = {**message, "tool_call_id": id, "name": name}
        out.append(message)
    return out


def _function(call: Mapping[str, Any]) -> dict[str, Any]:
    """Name and arguments, which OpenAI's shape has as JSON text, as an object."""
    function = call.get("function")
    function = function if isinstance(function, Mapping) else call
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments or "{}")
        except (ValueError, RecursionError):
            arguments = function.get("arguments")
    return {"name": str(function.get("name", "")), "arguments": {} if arguments is None else arguments}


def _fitting(id: str, name: str, number: int, dialect: Dialect) -> str:
    if dialect.names_in_ids and not re.fullmatch(r"functions\..+:\d+", id):
        return f"functions.{name}:{number}"
    if dialect.id_length and not (len(id) == dialect.id_length and id.isalnum() and id.isascii()):
        return shortened(id)[: dialect.id_length]
    return id


def _template_call(call: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    function = call["function"]
    arguments = function["arguments"]
    if dialect.text_arguments:
        text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
        return {**call, "function": {**function, "arguments": text}}
    if not isinstance(arguments, dict):
        # A call that could not be read: the template wants an object, so its text becomes one.
        return {**call, "function": {**function, "arguments": {"input": arguments}}}
    return call


def _written(call: dict[str, Any]) -> WrittenCall:
    function = call["function"]
    return WrittenCall(function["name"], function["arguments"], call["id"])


def written_calls(message: dict[str, Any], dialect: Dialect) -> tuple[Piece, ...]:
    """The calls of a message as its model would have written them, nothing where it makes none."""
    (known,) = _with_ids([message], dialect)
    calls = known.get("tool_calls")
    return write_calls(dialect, [_written(call) for call in calls]) if calls else ()


def _one_call_each(conversation: Conversation) -> Conversation:
    """Split messages with several calls into one call each, followed by its result."""
    out: Conversation = []
    position = 0
    while position < len(conversation):
        message = conversation[position]
        position += 1
        calls = message.get("tool_calls") or []
        if len(calls) < 2:
            out.append(message)
            continue
        results: Conversation = []
        while position < len(conversation) and conversation[position]["role"] == "tool":
            results.append(conversation[position])
            position += 1
        for number, call in enumerate(calls):
            words = message if number == 0 else {"role": message["role"], "content": ""}
            out.append({**words, "tool_calls": [call]})
            out += [result for result in results if result["tool_call_id"] == call["id"]]
        known = {call["id"] for call in calls}
        out += [result for result in results if result["tool_call_id"] not in known]
    return out


def _results_as_questions(conversation: Conversation) -> Conversation:
    """Results as user texts, adjacent ones joined, for templates without a tool role."""
    out: Conversation = []
    for message in conversation:
        was_result = message["role"] == "tool"
        if was_result:
            text = f"<tool_response>\n{message['content']}\n</tool_response>"
            message = {"role": "user", "content": text}
        if (
            out
            and out[-1]["role"] == "user"
            and message["role"] == "user"
            and (was_result or str(out[-1]["content"]).startswith("<tool_response>\n"))
        ):
            out[-1] = {**out[-1], "content": f"{out[-1]['content']}\n{message['content']}"}
        else:
            out.append(message)
    return out


def inserted(pieces: tuple[Piece, ...], inserts: dict[str, tuple[Piece, ...]]) -> list[Piece]:
    """Substitute the texts for their placeholders in `pieces`."""
    if not inserts:
        return list(pieces)
    cut = re.compile("([" + "".join(inserts) + "])")
    out: list[Piece] = []
    for piece in pieces:
        for part in cut.split(piece.text):
            out += inserts[part] if part in inserts else [Piece(part, piece.trusted)]
    return out
