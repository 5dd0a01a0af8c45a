"""Folder of all models' cached states: lists, sizes and evicts files.

A file's name tells which model and which conversation it is of, by digests, so that what belongs to a conversation
can be deleted without reading a file, whether an engine runs or not. Several processes may use one folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

# What a file holds, in which order: those of another version are as those of another model.
VERSION = 1
# How the names of files begin that are not finished.
WRITING = ".writing-"
# Left free on the disk: what is worth having only to save time must not be what fills it.
RESERVE = 2**30
# Files that are named as unfinished and were not written to for so long were left by a process that died. Where it
# lives after all, its state is not kept.
_ABANDONED_S = 300
_NAME = re.compile(r"([0-9a-f]{16})-([0-9a-f]{16})-[0-9a-f]{16}\.state")


class StateFile(msgspec.Struct, frozen=True):
    """A file of the folder: digests of the key and of the conversation, its size, and when it was used last."""

    path: Path
    key: str
    conversation: str
    bytes: int
    used: float


def key_digest(key: str) -> str:
    return _digest(f"{VERSION}\n{key}")


def conversation_digest(conversation: str) -> str:
    return _digest(conversation)


class StatesFolder:
    """`path` is created on the first write. Reading methods return nothing where it cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def files(self) -> list[StateFile]:
        """States of all models, least recently used first."""
        found = []
        for entry in self._entries():
            named = _NAME.fullmatch(entry.name)
            if named is None:
                continue
            with suppress(OSError):
                about = entry.stat(follow_symlinks=False)
                found.append(StateFile(Path(entry.path), named[1], named[2], about.st_size, about.st_mtime))
        return sorted(found, key=lambda file: file.used)

    def bytes(self) -> int:
        return sum(file.bytes for file in self.files())

    def stamp(self) -> int:
        """A number that changes when files come or go."""
        try:
            return self.path.stat().st_mtime_ns
        except OSError:
            return 0

    def new_place(self, key: str, conversation: str) -> Path:
        """The path for a new state of these digests. Raises OSError."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.path / f"{key}-{conversation}-{secrets.token_hex(8)}.state"

    def make_room(self, need: int, limit: int, reserve: int = RESERVE) -> bool:
        """Evict the least recently used states until `need` bytes more stay within `limit` and leave
        `reserve` free. False, with nothing removed, if impossible. Raises OSError."""
        files = self.files()
        total = sum(file.bytes for file in files)
        over = max(total + need - limit, need + reserve - shutil.disk_usage(self.path).free)
        if over > total:
            return False
        for file in files:
            if over <= 0:
                break
            remove(file.path)
            over -= file.bytes
        return True

    def trim(self, limit: int) -> None:
        """Evict the least recently used states down to `limit`."""
        files = self.files()
        over = sum(file.bytes for file in files) - limit
        for file in files:
            if over <= 0:
                return
            remove(file.path)
            over -= file.bytes

    def evict_idle(self) -> None:
        """Remove unfinished files of dead processes."""
        for entry in self._entries():
            if entry.name.startswith(WRITING):
                with suppress(OSError):
                    if time.time() - entry.stat(follow_symlinks=False).st_mtime > _ABANDONED_S:
                        remove(Path(entry.path))

    def forget(self, *conversations: str) -> None:
        """Remove all models' states of these conversations."""
        digests = {conversation_digest(conversation) for conversation in conversations}
        for file in self.files():
            if file.conversation in digests:
                remove(file.path)

    def clear(self) -> None:
        """Remove all states, unfinished ones included."""
        for file in self.files():
            remove(file.path)
        for entry in self._entries():
            if entry.name.startswith(WRITING):
                remove(Path(entry.path))

    def _entries(self) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(self.path) as entries:
                yield from [entry for entry in entries if entry.is_file(follow_symlinks=False)]
        except OSError:
            return


def remove(path: Path) -> None:
    """Remove a file if possible: on Windows not while another process reads it."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def touch(path: Path) -> None:
    """Mark a file as used now."""
    with suppress(OSError):
        os.utime(path)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
