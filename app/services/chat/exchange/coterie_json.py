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

from app.services.chat.exchange.values import ChatFile, UnreadChat
from app.services.chat.exchange.vetting import asking, asking_project, holds_together, own_contents
from app.store.records import Project, WholeChat
from app.store.whole_chats import identity
from app.version import VERSION
from engine.errors import ErrorInfo, UserError

FORMAT_VERSION = 1
# Bytes of one chat, and of a document that has to be read as a whole.
MAX_CHAT = 1 << 29
END = b"]}"


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
    return ChatFile(tuple(map(asking_project, head.projects)), chats)


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
    if holds_together(chat):
        return own_contents(asking(chat))
    return UnreadChat(_title(text), ErrorInfo("exchange.bad_chat"))


def _title(text: bytes) -> str:
    try:
        return msgspec.json.decode(text, type=_Named).conversation.title
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return ""
