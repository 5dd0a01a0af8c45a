"""The store: one SQLite file, many readers, one writer.

Every change runs on one thread of the store's own, in the order it was asked for; the caller waits for it, so
what a method returned is in the file. Reads run on the caller's thread and never wait for a write. All
methods may be called from any thread, and another process may use the file at the same time.

Any method may raise UserError `store.damaged` (with the newest backup), `store.read_only` or
`store.disk_error`; a change also `store.locked` (another process kept the file longer than the time-out) and
`store.disk_full`. Nothing was changed then, and the same call may be tried again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from sqlalchemy import QueuePool

from app.store.backup import Backup, all_backups, back_up
from app.store.compaction_points import CompactionPoints
from app.store.connections import connect
from app.store.contents import Contents
from app.store.conversations import Conversations
from app.store.database import Database, Part
from app.store.downloads import Downloads
from app.store.grants import Grants, ServerKeys, ToolChecks
from app.store.location import SCHEMA_REVISION, Place
from app.store.memories import Memories
from app.store.messages import Messages
from app.store.models import LibraryModels
from app.store.opening import prepare
from app.store.projects import Projects
from app.store.records import ChatOptions, Conversation
from app.store.runs import Runs
from app.store.schedules.store import Firings, Schedules
from app.store.temporary import Either, MemoryDatabase, memory_database
from app.store.usage import UsageDays
from app.store.whole_chats import WholeChats

P = TypeVar("P", bound=Part)


class Store:
    """An open file and its parts. Open with `Store.open`; close when done."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._lock = threading.Lock()
        self._memory: MemoryDatabase | None = None
        self.conversations = self._either(Conversations)
        self.messages = self._either(Messages)
        self.contents = self._either(Contents)
        self.memories = Memories(database)
        self.projects = Projects(database)
        self.compaction_points = self._either(CompactionPoints)
        self.whole_chats = self._either(WholeChats)
        self.models = LibraryModels(database)
        self.downloads = Downloads(database)
        self.runs = Runs(database)
        self.grants = Grants(database)
        self.tool_checks = ToolChecks(database)
        self.server_keys = ServerKeys(database)
        self.usage = UsageDays(database)
        self.schedules = Schedules(database)
        self.firings = Firings(self.schedules)

    def create_temporary(self, options: ChatOptions) -> Conversation:
        """Create a conversation that is in memory alone: it has no file, no backup, and ends with the store."""
        return self._in_memory(Conversations).create(options)

    def close(self) -> None:
        """Wait for pending writes and close the file. Later calls raise RuntimeError."""
        self.database.close()
        if self._memory is not None:
            self._memory.close()

    def _either(self, kind: type[P]) -> P:
        """A part over the chats of the file and those in memory."""
        return cast(P, Either(kind(self.database), lambda: self._in_memory(kind)))

    def _in_memory(self, kind: type[P]) -> P:
        """A part over the chats in memory, which are begun with the first."""
        with self._lock:
            if self._memory is None:
                self._memory = memory_database(self.database.place, self.database.clock)
            return kind(self._memory)

    @classmethod
    def open(
        cls,
        path: Path,
        backups: Path,
        *,
        busy_timeout: float = 5.0,
        clock: Callable[[], float] = time.time,
    ) -> Store:
        """Open the file, creating it and its folder, or migrate an older one after a backup.

        `busy_timeout`: seconds to wait for another process that writes. Raises UserError `store.read_only`,
        `store.locked`, `store.disk_full`, `store.damaged`, `store.damaged_without_backup`,
        `store.newer_version` or `store.backup_failed`; the file is then as it was.
        """
        place = Place(path.absolute(), backups.absolute())
        prepare(place, busy_timeout, clock())
        engine = connect(place.database, busy_timeout, foreign_keys=True, pool=QueuePool)
        return cls(Database(place, engine, clock))

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def daily_backup(self, now: float) -> Path | None:
        """Back up unless it was done on the day of `now` (local calendar) or the store is empty.

        Takes seconds for a large file, on the caller's thread; others read and write meanwhile. Raises
        UserError `store.backup_failed`.
        """
        chats, place = self.conversations, self.database.place
        kept = chats.all() or chats.trash() or self.models.all() or self.runs.all() or self.schedules.all()
        if place.backed_up_on(now) or not kept:
            return None
        return back_up(place, now, SCHEMA_REVISION)

    def back_up(self) -> Backup:
        """Back up now. Raises UserError `store.backup_failed`."""
        place = self.database.place
        made = back_up(place, self.database.clock(), SCHEMA_REVISION)
        return next(backup for backup in all_backups(place) if backup.path == str(made))
