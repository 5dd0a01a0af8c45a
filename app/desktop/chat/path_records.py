"""The records of the messages on a path: which are here, and which are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from app.desktop.chat.card_column import CardColumn
from app.store.records import Message

PAGE = 40


class PathRecords(QObject):
    """`wanted` asks for the records of messages, each once until it came."""

    wanted = Signal(list)

    def __init__(self, path: CardColumn) -> None:
        super().__init__(path)
        self._path = path
        self._here: dict[int, Message] = {}
        self._asked: set[int] = set()

    def __contains__(self, message_id: int) -> bool:
        return message_id in self._here

    def __iter__(self) -> Iterator[int]:
        return iter(list(self._here))

    def __len__(self) -> int:
        return len(self._here)

    def __getitem__(self, message_id: int) -> Message:
        return self._here[message_id]

    def get(self, message_id: int) -> Message | None:
        """The record of a message, if it is here."""
        return self._here.get(message_id)

    def put(self, message: Message) -> None:
        """Keep a record, in the place of an older one of the message."""
        self._here[message.id] = message

    def change(self, message_id: int, **fields: Any) -> None:
        """What is known of a message has changed; its card, if there is one, is told by who calls."""
        message = self._here.get(message_id)
        if message is not None:
            self._here[message_id] = msgspec.structs.replace(message, **fields)

    def forget(self, message_id: int) -> None:
        """Let a record go; it is asked for again when the reader comes near."""
        self._here.pop(message_id, None)
        self._asked.discard(message_id)

    def last_of(self, role: str) -> int | None:
        """The last message of a role among the records that are here."""
        here = (message_id for message_id in reversed(self._path.ids) if message_id in self._here)
        return next((message_id for message_id in here if self._here[message_id].role == role), None)

    def came(self, message_id: int) -> None:
        """An answer to what was asked for."""
        self._asked.discard(message_id)

    def ask_anew(self) -> None:
        """Ask again where an answer never came."""
        self._asked.clear()

    def ask(self, indexes: range) -> None:
        """Ask for those of these places in the path that are not here."""
        ids = [self._path.ids[index] for index in indexes]
        ids = [id for id in ids if id not in self._here and id not in self._asked]
        if ids:
            self._asked.update(ids)
            self.wanted.emit(ids)

    def ask_around(self, near: range) -> None:
        """Ask for a page where the first record is missing, near the reader or a little above."""
        ids = self._path.ids
        for index in (*near, *range(near.start - 1, max(-1, near.start - 9), -1)):
            if ids[index] in self._here or ids[index] in self._asked:
                continue
            upward = index + 1 < len(ids) and ids[index + 1] in self._here
            first = max(0, index - PAGE + 1) if upward else index
            self.ask(range(first, min(len(ids), first + PAGE)))
            return
