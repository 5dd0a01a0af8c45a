"""What is checked of a chat, and taken from it, before it is believed: it may come from anybody."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

from agents.events import Approval, Entry, Mode, ModelTurn, RunResumed, RunStarted, ToolCalled
from agents.tools.web_search.results import page_address
from app.store.records import (
    Attachment,
    ChatTools,
    Conversation,
    Project,
    Source,
    WholeChat,
    WholeRun,
    attached_to,
    queued,
    text_of,
)

# The end of the year 9999, in seconds since 1970.
LAST_TIME = 253_402_300_799.0
# Levels of values in values: far more than a call needs, far fewer than would exhaust what stores them.
MOST_DEPTH = 100
# The largest whole number that JSON is sure to keep.
LARGEST = 2**53
ASKING: tuple[Mode, ...] = ("read", "ask")


def holds_together(chat: WholeChat) -> bool:
    """Whether each message stands behind its parent, and all that is named is there."""
    before: set[int] = set()
    for message in chat.messages:
        if message.id in before or (message.parent is not None and message.parent not in before):
            return False
        before.add(message.id)
    given = chat.conversation
    named = {*chat.shown, *(cut.first for cut in chat.cuts), *(() if given.leaf is None else (given.leaf,))}
    journals = [[entry.seq for entry in run.entries] for run in chat.runs]
    runs = {run.record.id for run in chat.runs}
    return (
        named <= before
        and len(set(chat.shown)) == len(chat.shown)
        and (given.leaf is None) == (not chat.messages)
        and len(runs) == len(chat.runs)
        and all(len(set(journal)) == len(journal) for journal in journals)
        and _has_times(given, chat)
        and all(0 <= number <= LARGEST for number in _numbers(chat))
        and all(_is_shallow(value) for value in _free_values(chat))
        and all(hashlib.sha256(content).hexdigest() == name for name, content in chat.contents.items())
    )


def _has_times(given: Conversation, chat: WholeChat) -> bool:
    times = [given.created, given.updated, *(message.created for message in chat.messages)]
    times += [cut.created for cut in chat.cuts]
    for run in chat.runs:
        times += [run.record.created, run.record.updated, *(entry.time for entry in run.entries)]
    return all(0 <= time <= LAST_TIME for time in times)


def _numbers(chat: WholeChat) -> Iterator[int]:
    """Whole numbers that become columns of the store."""
    yield from (cut.tokens for cut in chat.cuts)
    for run in chat.runs:
        record = run.record
        yield from (record.step, record.steps, record.tokens, record.context)
        yield from (entry.seq for entry in run.entries)


def _free_values(chat: WholeChat) -> Iterator[object]:
    """What may be any JSON: arguments of calls, and what a person was asked about them."""
    events = [entry.event for run in chat.runs for entry in run.entries]
    turns = [event for event in events if isinstance(event, ModelTurn)]
    for calls in (*(message.tool_calls for message in chat.messages), *(turn.tool_calls for turn in turns)):
        yield from (call.arguments for call in calls)
    for event in events:
        if isinstance(event, ToolCalled):
            yield event.arguments
        elif isinstance(event, Approval):
            yield event.request


def _is_shallow(value: object, depth: int = 0) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth <= MOST_DEPTH and all(_is_shallow(each, depth + 1) for each in inside)


def asking_project(project: Project) -> Project:
    """The project, none of whose tools may act unasked, and without its collection."""
    # A collection is of this machine: a file does not say what of it a model gets to read.
    options = msgspec.structs.replace(
        project.options, tools=_asking_tools(project.options.tools), collection=""
    )
    return msgspec.structs.replace(project, options=options)


def own_contents(chat: WholeChat) -> WholeChat:
    """The chat, whose attachments and sources name no content that is not in it, as another chat here may have that,
    and no file that would be opened here."""
    replace = msgspec.structs.replace

    def own(attachments: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
        return tuple(
            replace(
                each,
                sha256=_held(each.sha256, chat),
                text=_held(each.sha256, chat) and each.text
                if each.kind == "picture"
                else _held(each.text, chat),
                layout=_held(each.layout, chat),
            )
            for each in attachments
        )

    def own_sources(sources: tuple[Source, ...]) -> tuple[Source, ...]:
        return tuple(
            replace(each, sha256=_held(each.sha256, chat), path="", url=page_address(each.url))
            for each in sources
        )

    asked = chat.conversation.queued
    waiting = tuple(queued(text_of(each), own(attached_to(each))) for each in asked)
    given = replace(chat.conversation, attachments=own(chat.conversation.attachments), queued=waiting)
    messages = tuple(
        replace(each, attachments=own(each.attachments), sources=own_sources(each.sources))
        for each in chat.messages
    )
    return replace(chat, conversation=given, messages=messages)


def _held(name: str, chat: WholeChat) -> str:
    return name if name in chat.contents else ""


def asking(chat: WholeChat) -> WholeChat:
    """The chat, none of whose tools may act unasked. It searches none of the collections here, and not the web."""
    replace, given = msgspec.structs.replace, chat.conversation
    options = replace(given.options, tools=_asking_tools(given.options.tools), collection=None, web=False)
    runs = tuple(
        WholeRun(
            replace(run.record, mode=_asking_mode(run.record.mode)),
            tuple(map(_asking_entry, run.entries)),
            run.texts,
        )
        for run in chat.runs
    )
    return replace(chat, conversation=replace(given, options=options), runs=runs)


def _asking_tools(tools: ChatTools | None) -> ChatTools | None:
    return tools and msgspec.structs.replace(tools, mode=_asking_mode(tools.mode))


def _asking_entry(entry: Entry) -> Entry:
    event = entry.event
    if isinstance(event, RunStarted) and event.collection:
        event = msgspec.structs.replace(event, collection="")
        entry = msgspec.structs.replace(entry, event=event)
    if isinstance(event, RunStarted | RunResumed) and event.mode not in (*ASKING, None):
        event = msgspec.structs.replace(event, mode="ask")
        return msgspec.structs.replace(entry, event=event)
    return entry


def _asking_mode(mode: Mode) -> Mode:
    return mode if mode in ASKING else "ask"
