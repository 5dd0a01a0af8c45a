"""The shown branch of a chat in the order in which it is read. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from agents.events import Entry, ModelTurn, ToolCalled, ToolResult
from app.services.chat.citations.answer_marks import marks
from app.services.chat.prompting import branch_to
from app.store.records import Message, Source, WholeChat

# Characters of a tool's result; the whole is in Coterie's own JSON.
MAX_RESULT = 20_000


class Reasoned(msgspec.Struct, frozen=True, tag=True):
    """What a model thought, as Markdown."""

    text: str


class Said(msgspec.Struct, frozen=True, tag=True):
    """What was said, as Markdown."""

    text: str


class Called(msgspec.Struct, frozen=True, tag=True):
    """A call of a tool: its arguments as JSON, and what came back, "" where nothing is known."""

    name: str
    arguments: str
    result: str = ""


class Attached(msgspec.Struct, frozen=True, tag=True):
    """The names of what was attached."""

    names: tuple[str, ...]


class Cited(msgspec.Struct, frozen=True, tag=True):
    """The sources that answers cite, behind all that was said."""

    sources: tuple[Source, ...]


Part = Reasoned | Said | Called | Attached | Cited


class Turn(msgspec.Struct, frozen=True):
    """A message and what it is made of."""

    message: Message
    parts: tuple[Part, ...]


def turns(chat: WholeChat) -> Iterator[Turn]:
    """The shown branch with its reasoning, calls and texts."""
    journals = {run.record.id: run.entries for run in chat.runs}
    branch = branch_to(chat.conversation.leaf, chat.messages)
    for message in branch:
        steps = list(_steps(journals.get(message.run, ())))
        last: list[Part] = [Reasoned(message.reasoning), Said(message.content)]
        calls: list[Part] = (
            [] if message.run else [_call(call.name, call.arguments) for call in message.tool_calls]
        )
        attached = Attached(tuple(each.name for each in message.attachments))
        cited = Cited(_cited(branch) if message is branch[-1] else ())
        yield Turn(
            message, tuple(part for part in (attached, *steps, *last, *calls, cited) if _is_said(part))
        )


def _cited(branch: Sequence[Message]) -> tuple[Source, ...]:
    """What any answer cites, in the order of the numbers, which go through a branch."""
    sources = {source.number: source for message in branch for source in message.sources}
    if not sources:
        return ()
    answers = (message.content for message in branch if message.role == "assistant")
    numbers = {number for content in answers for mark in marks(content) for number in mark.numbers}
    return tuple(source for number, source in sorted(sources.items()) if number in numbers)


def _steps(entries: Sequence[Entry]) -> Iterator[Part]:
    """What a run did before its answer."""
    events = [entry.event for entry in entries]
    results = {event.call: event for event in events if isinstance(event, ToolResult)}
    for event in events:
        if isinstance(event, ModelTurn) and event.tool_calls and event.is_whole:
            yield from (Reasoned(event.reasoning), Said(event.content))
        elif isinstance(event, ToolCalled):
            result = results.get(event.call)
            yield _call(event.name, event.arguments, "" if result is None else result.diff or result.text)


def _call(name: str, arguments: dict[str, Any] | str, result: str = "") -> Called:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False, indent=2)
    return Called(name, text, result if len(result) <= MAX_RESULT else result[:MAX_RESULT] + "…")


def _is_said(part: Part) -> bool:
    if isinstance(part, Attached):
        return bool(part.names)
    if isinstance(part, Cited):
        return bool(part.sources)
    return isinstance(part, Called) or bool(part.text.strip())
