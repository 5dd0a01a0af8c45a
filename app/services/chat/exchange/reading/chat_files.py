"""The chats at a path, whichever app they are of, one at a time."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from app.services.chat.exchange.coterie_json import is_coterie, read_coterie
from app.services.chat.exchange.reading import jan, llama_ui
from app.services.chat.exchange.reading.files import Shelf, chunks, opened_shelf
from app.services.chat.exchange.reading.foreign import line, obj, text
from app.services.chat.exchange.reading.recognition import reader_of, refuse_others
from app.services.chat.exchange.reading.splitting import MOST_BYTES, Element, elements
from app.services.chat.exchange.reading.tree import Foreign, whole_chat
from app.services.chat.exchange.values import ChatFile, UnreadChat
from app.store.records import WholeChat
from engine.errors import UserError

log = logging.getLogger(__name__)
Read = WholeChat | UnreadChat
# LM Studio names its files by the time at which a conversation began.
_NUMBER = re.compile(r"^(\d{6,20})\b")
_DATABASE = b"SQLite format 3\0"
_HEAD = 4096
# Of one file: one with more is no file of chats, and would fill the memory with reasons.
MOST_UNREAD = 10_000
THREAD, MESSAGES = "thread.json", "messages.jsonl"


def chat_files(path: Path, now: float) -> Iterator[ChatFile]:
    """What each file at a path holds, to be taken one after the other; a file that cannot be read is an `UnreadChat`
    of its name. Chats that state no time are of `now`."""
    zips: tuple[str, ...] = ()
    try:
        with opened_shelf(path) as shelf:
            zips = shelf.zips
            yield from _ShelfReader(shelf, path.name, now).files()
    except UserError as error:
        yield _refused(path.name, error)
    for name in zips:
        yield from chat_files(path / name, now)


def _refused(name: str, error: UserError) -> ChatFile:
    return ChatFile((), iter([UnreadChat(line(name), error.info)]))


class _ShelfReader:
    """Reads the files of a shelf; `found` counts what seemed to be chats."""

    def __init__(self, shelf: Shelf, name: str, now: float) -> None:
        self._shelf, self._name, self._now = shelf, name, now
        self._found = 0

    def files(self) -> Iterator[ChatFile]:
        for name in self._shelf.names:
            folder = PurePosixPath(name).parent
            base = PurePosixPath(name).name
            if base == MESSAGES and self._shelf.has(str(folder / THREAD)) and not self._shelf.alone:
                continue  # read with its thread
            try:
                with self._shelf.open(name) as file:
                    yield self._file(name, file)
            except UserError as error:
                self._found += 1
                yield _refused(base, error)
        if not (self._found or self._shelf.alone or self._shelf.zips):
            yield _refused(self._name, UserError("exchange.not_chats"))

    def _file(self, name: str, file: BinaryIO) -> ChatFile:
        beginning = file.peek(_HEAD)[:_HEAD]  # type: ignore[attr-defined]
        if beginning.startswith(_DATABASE):
            raise UserError("exchange.database")
        if is_coterie(beginning):
            self._found += 1
            own = read_coterie(file)
            return ChatFile(own.projects, self._told(name, own.chats))
        return ChatFile((), self._told(name, self._chats(name, file)))

    def _told(self, name: str, chats: Iterator[Read]) -> Iterator[Read]:
        """The chats of a file, then why there are none, or no more."""
        unread = 0
        try:
            for chat in chats:
                self._found += 1
                unread += isinstance(chat, UnreadChat)
                if unread > MOST_UNREAD:
                    raise UserError("exchange.too_many_unread", most=MOST_UNREAD)
                yield chat
        except UserError as error:
            if self._shelf.alone or error.code not in _OF_OTHER_FILES:
                self._found += 1
                yield UnreadChat(line(PurePosixPath(name).name), error.info)

    def _chats(self, name: str, file: BinaryIO) -> Iterator[Read]:
        """Raises UserError where the file holds no chat."""
        found, other = False, None
        lines = _Lines(self, name)
        number = _NUMBER.match(PurePosixPath(name).name)
        for element in elements(chunks(file)):
            try:
                value = element.value()
            except UserError as error:
                found = True
                if not lines.broken(error):
                    yield UnreadChat(line(element.title()), error.info)
                continue
            if (made := lines.take(value, len(element.data))) is not None:
                found = True
                yield from made
            elif (read := reader_of(value)) is not None:
                found = True
                yield self.chat(_title(value), partial(read, value, number[1] if number else ""))
            elif jan.is_thread(obj(value)):
                found = True
                yield self._thread(name, value)
            elif found:
                yield UnreadChat(_title(value), UserError("exchange.bad_chat").info)
            else:
                other = value if other is None else other
        yield from lines.end()
        if not found:
            refuse_others(other)

    def chat(self, title: str, read: Callable[[], Foreign]) -> Read:
        """A chat as it is stored, or why it cannot be read."""
        try:
            return whole_chat(read(), self._now)
        except UserError as error:
            return UnreadChat(title, error.info)
        except Exception:  # one that cannot be read keeps nobody from the others
            log.exception("A chat of another app could not be read")
            return UnreadChat(title, UserError("exchange.bad_chat").info)

    def _beside(self, name: str, other: str) -> str:
        return str(PurePosixPath(name).parent / other)

    def _thread(self, name: str, thread: dict[str, Any]) -> Read:
        """A thread of Jan with the messages beside it."""
        title, beside = _title(thread), self._beside(name, MESSAGES)
        if not self._shelf.has(beside):
            return UnreadChat(title, UserError("exchange.no_messages").info)
        try:
            with self._shelf.open(beside) as file:
                messages = list(_small(elements(chunks(file))))
        except UserError as error:
            return UnreadChat(title, error.info)
        return self.chat(title, lambda: jan.read(thread, messages))

    def thread_beside(self, name: str) -> dict[str, Any]:
        """The thread that messages belong to, {} where it is not there."""
        thread = self._beside(name, THREAD)
        if not self._shelf.has(thread):
            return {}
        with self._shelf.open(thread) as file:
            return next((obj(element.value()) for element in elements(chunks(file))), {})


class _Lines:
    """JSON lines of which several make a conversation: sessions of llama.cpp, and messages of a thread of Jan."""

    def __init__(self, reader: _ShelfReader, name: str) -> None:
        self._reader, self._name = reader, name
        self._first: dict[str, Any] | None = None
        self._messages: list[dict[str, Any]] = []
        self._bytes = 0
        self._error: UserError | None = None

    def take(self, value: Any, size: int) -> list[Read] | None:
        """What a line completes; None where it belongs to no conversation of lines."""
        given = obj(value)
        if llama_ui.is_session(given):
            done = list(self.end())
            self._first = given
            return done
        if self._first is None and jan.is_message(given):
            self._first = self._reader.thread_beside(self._name) | {"object": "thread"}
            if not self._first.get("id"):
                self._first["id"] = given.get("thread_id")
        if self._first is None:
            return None
        message = given if jan.is_message(given) else obj(given.get("message"))
        self._bytes += size
        if self._bytes > MOST_BYTES:
            self._error, self._messages = UserError("exchange.chat_too_large"), []
        elif message and self._error is None:
            self._messages.append(message)
        return []

    def broken(self, error: UserError) -> bool:
        """Whether a line that cannot be read is one of a conversation, which is then not taken in half."""
        self._error = error
        return self._first is not None

    def end(self) -> Iterator[Read]:
        """The conversation that ends here."""
        first, messages, error = self._first, self._messages, self._error
        self._first, self._messages, self._bytes, self._error = None, [], 0, None
        if first is None:
            return
        title = _title(first)
        if error is not None:
            yield UnreadChat(title, error.info)
        elif llama_ui.is_session(first):
            yield self._reader.chat(title, lambda: llama_ui.read(first, messages))
        else:
            yield self._reader.chat(title, lambda: jan.read(first, messages))


def _small(found: Iterator[Element]) -> Iterator[dict[str, Any]]:
    """The objects of a file that is one conversation. Raises UserError."""
    size = 0
    for element in found:
        size += len(element.data)
        if size > MOST_BYTES:
            raise UserError("exchange.chat_too_large")
        yield obj(element.value())


def _title(value: Any) -> str:
    """What a value seems to be called."""
    of = obj(value)
    return line(text(of.get("title")) or text(of.get("name")) or text(obj(of.get("conv")).get("name")))


# Of a file in a folder or a zip: one of other things, which are passed over.
_OF_OTHER_FILES = {
    "exchange.not_chats",
    "exchange.claude_project",
    "exchange.claude_links",
    "exchange.database",
}
