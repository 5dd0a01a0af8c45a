"""What attachments hold, kept once by its hash: a folder beside the database, or memory for temporary chats.

A content is written before the row that names it, and removed after the last such row, so that whatever ends the
process leaves at most a content that nobody names. What is younger than an hour may be of a row still to come.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sqlalchemy import Connection, select

from app.store.database import Part, writes
from app.store.records import Attachment, attached_to
from app.store.tables import CONVERSATION, HAS_ATTACHMENTS, MESSAGE
from engine.durable_files import sync_folder, write_whole
from engine.errors import UserError

_YOUNG = 3600.0  # seconds
CONTENT_NAME = re.compile(r"[0-9a-f]{64}")
_FULL = (errno.ENOSPC, errno.EDQUOT)


def not_written(error: OSError, folder: Path) -> UserError:
    """Why a file could not be written there, for people."""
    if error.errno in _FULL:
        return UserError("store.disk_full", folder=str(folder))
    return UserError("store.disk_error", folder=str(folder), detail=error.strerror or str(error))


class Contents(Part):
    """`Store.contents`. The first argument is the conversation: it says whether the disk or memory is meant."""

    def put(self, conversation: int, content: bytes) -> str:
        """Keep a content; returns its SHA-256. Raises UserError `store.disk_full` or `store.disk_error`."""
        name = hashlib.sha256(content).hexdigest()
        if self.database.memory is not None:
            self.database.memory[name] = content
            return name
        path = self._folder / name
        try:
            try:
                os.utime(path)  # it is young again
            except FileNotFoundError:
                write_whole(path, content)
                sync_folder(self._folder)
        except OSError as error:
            raise not_written(error, self._folder) from error
        return name

    def get(self, conversation: int, name: str) -> bytes | None:
        """A content by its SHA-256, None where it is gone or damaged."""
        if self.database.memory is not None:
            return self.database.memory.get(name)
        if not CONTENT_NAME.fullmatch(name):
            return None
        try:
            content = (self._folder / name).read_bytes()
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == name else None

    def has(self, name: str) -> bool:
        """Whether a content is kept on the disk."""
        return bool(CONTENT_NAME.fullmatch(name)) and (self._folder / name).is_file()

    def text(self, conversation: int, attachment: Attachment) -> str:
        """The text that the model is given of an attachment, "" for a picture and where it is gone."""
        if attachment.is_picture:
            return ""
        content = self.get(conversation, attachment.text)
        return "" if content is None else content.decode("utf-8", "replace")

    def of(self, conversation: int, attachments: Iterable[Attachment]) -> dict[str, bytes]:
        """The contents of these, by their hashes; those that are gone are left out."""
        names = {name for each in attachments for name in each.contents}
        found = {name: self.get(conversation, name) for name in sorted(names)}
        return {name: content for name, content in found.items() if content is not None}

    def put_all(self, conversation: int, contents: Mapping[str, bytes]) -> None:
        for content in contents.values():
            self.put(conversation, content)

    @writes
    def sweep(self, connection: Connection) -> int:
        """Remove contents that no message, no draft and no question that waits names, deleted ones that can be
        restored included; returns the count."""
        of_drafts, of_queues = CONVERSATION.c.attachments, CONVERSATION.c.queued
        named: set[str] = set()
        for statement in (
            select(MESSAGE.c.attachments).where(HAS_ATTACHMENTS),
            select(of_drafts).where(of_drafts != ()),
        ):
            for attachments in connection.scalars(statement):
                named.update(name for each in attachments for name in each.contents)
        for waiting in connection.scalars(select(of_queues).where(of_queues != ())):
            named.update(name for one in waiting for each in attached_to(one) for name in each.contents)
        count = 0
        for path in self._files():
            with contextlib.suppress(OSError):
                if path.name not in named and path.stat().st_mtime < time.time() - _YOUNG:
                    path.unlink()
                    count += 1
        return count

    def names(self) -> set[str]:
        """The contents that are kept on the disk."""
        return {path.name for path in self._files()}

    def bytes(self) -> int:
        """Their size on the disk."""
        sizes = 0
        for path in self._files():
            with contextlib.suppress(OSError):
                sizes += path.stat().st_size
        return sizes

    @property
    def _folder(self) -> Path:
        return self.database.place.attachments

    def _files(self) -> Iterator[Path]:
        """All files of the folder, those that were being written when the process ended included."""
        with contextlib.suppress(FileNotFoundError):
            yield from list(self._folder.iterdir())
