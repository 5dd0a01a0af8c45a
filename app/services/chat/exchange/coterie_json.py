"""Coterie's own JSON: chats with all that belongs to them, in one document, a chat a line.

    {"coterie": "chats", "version": 1, "app": "...", "projects": [...], "chats": [
    {"conversation": ..., "messages": ..., "shown": ..., "cuts": ..., "runs": ...},
    ...
    ]}

Fields are those of the records (`app.store.records`); fields to come have defaults, so older files stay readable.
Lines let a reader hold one chat at a time; a document that was formatted anew is read as a whole. A file may come
from anybody: a mode that lets tools act unasked is "ask" once it was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

import msgspec

from agents.events import Entry, Mode, RunResumed, RunStarted
from app.services.chat.exchange.values import ChatFile, UnreadChat
from app.store.records import ChatTools, Conversation, Project, WholeChat, WholeRun
from app.store.whole_chats import identity
from app.version import VERSION
from engine.errors import ErrorInfo, UserError

FORMAT_VERSION = 1
# Bytes of one chat, and of a document that has to be read as a whole.
MAX_CHAT = 1 << 28
END = b"]}"
# The end of the year 9999, in seconds since 1970.
LAST_TIME = 253_402_300_799.0
ASKING: tuple[Mode, ...] = ("read", "ask")


class _Head(msgspec.Struct, tag_field="coterie", tag="chats"):
    version: int
    app: str = ""
    projects: tuple[Project, ...] = ()
    chats: list[msgspec.Raw] = []


class _Version(msgspec.Struct, tag_field="coterie", tag="chats"):
    """What every version of the format begins with."""

    version: int


class _Titled(msgspec.Struct):
    title: str = ""


class _Named(msgspec.Struct):
    conversation: _Titled


_CHATS = msgspec.json.Decoder(WholeChat)


def is_coterie(beginning: bytes) -> bool:
    """Whether a file that begins so is Coterie's own JSON."""
    return b"".join(beginning[:200].removeprefix(b"\xef\xbb\xbf").split()).startswith(b'{"coterie":"chats"')


def write_coterie(file: BinaryIO, projects: Sequence[Project], chats: Iterable[WholeChat]) -> None:
    """Write the document, one chat at a time. Raises OSError."""
    head = _Head(FORMAT_VERSION, VERSION, tuple(projects))
    file.write(msgspec.json.encode(head).removesuffix(END))
    separator = b"\n"
    for chat in chats:
        file.write(separator + msgspec.json.encode(_as_written(chat)))
        separator = b",\n"
    file.write(b"\n" + END + b"\n")


def _as_written(chat: WholeChat) -> WholeChat:
    source = identity(chat.conversation)
    conversation = msgspec.structs.replace(chat.conversation, source=source, deleted=None)
    return msgspec.structs.replace(chat, conversation=conversation)


def read_coterie(file: BinaryIO) -> ChatFile:
    """Read a document from its beginning; the file has to stay open until the last chat was taken.

    Raises UserError `exchange.newer_version` or `exchange.not_whole`.
    """
    first = file.readline(MAX_CHAT)
    try:
        head = _head(first.removeprefix(b"\xef\xbb\xbf").rstrip() + END)
        chats = _lines(file)
    except msgspec.MsgspecError:
        head = _formatted_anew(first, file)
        chats = (_chat(bytes(raw)) for raw in head.chats)
    return ChatFile(tuple(map(_asking_project, head.projects)), chats)


def _head(document: bytes) -> _Head:
    version = msgspec.json.decode(document, type=_Version).version
    if version > FORMAT_VERSION:
        raise UserError("exchange.newer_version")
    return msgspec.json.decode(document, type=_Head)


def _formatted_anew(first: bytes, file: BinaryIO) -> _Head:
    rest = file.read(MAX_CHAT)
    try:
        return _head((first + rest).removeprefix(b"\xef\xbb\xbf"))
    except msgspec.MsgspecError as error:
        raise UserError("exchange.not_whole") from error


def _lines(file: BinaryIO) -> Iterator[WholeChat | UnreadChat]:
    while line := file.readline(MAX_CHAT):
        text = line.strip()
        if text == END:
            return
        if len(line) == MAX_CHAT and not line.endswith(b"\n"):
            _skip_line(file)
            yield UnreadChat("", ErrorInfo("exchange.chat_too_large"))
        elif text:
            read = _chat(text.removesuffix(b","))
            if isinstance(read, UnreadChat) and not line.endswith(b"\n"):
                break  # the file ends within it
            yield read
    yield UnreadChat("", ErrorInfo("exchange.not_whole"))


def _skip_line(file: BinaryIO) -> None:
    while (more := file.readline(1 << 20)) and not more.endswith(b"\n"):
        pass


def _chat(text: bytes) -> WholeChat | UnreadChat:
    try:
        chat = _CHATS.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return UnreadChat(_title(text), ErrorInfo("exchange.bad_chat"))
    return (
        _asking(chat) if _holds_together(chat) else UnreadChat(_title(text), ErrorInfo("exchange.bad_chat"))
    )


def _title(text: bytes) -> str:
    try:
        return msgspec.json.decode(text, type=_Named).conversation.title
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return ""


def _holds_together(chat: WholeChat) -> bool:
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
    )


def _has_times(given: Conversation, chat: WholeChat) -> bool:
    times = [given.created, given.updated, *(message.created for message in chat.messages)]
    times += [cut.created for cut in chat.cuts]
    for run in chat.runs:
        times += [run.record.created, run.record.updated, *(entry.time for entry in run.entries)]
    return all(0 <= time <= LAST_TIME for time in times)


def _asking_project(project: Project) -> Project:
    options = msgspec.structs.replace(project.options, tools=_asking_tools(project.options.tools))
    return msgspec.structs.replace(project, options=options)


def _asking(chat: WholeChat) -> WholeChat:
    """The chat, none of whose tools may act unasked."""
    replace, given = msgspec.structs.replace, chat.conversation
    options = replace(given.options, tools=_asking_tools(given.options.tools))
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
    if isinstance(event, RunStarted | RunResumed) and event.mode not in (*ASKING, None):
        event = msgspec.structs.replace(event, mode="ask")
        return msgspec.structs.replace(entry, event=event)
    return entry


def _asking_mode(mode: Mode) -> Mode:
    return mode if mode in ASKING else "ask"
