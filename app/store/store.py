"""The store: one SQLite file, many readers, one writer.

Every change runs on one thread of the store's own, in the order it was asked for; the caller waits for it, so
what a method returned is in the file. Reads run on the caller's thread and never wait for a write. All
methods may be called from any thread, and another process may use the file at the same time.

Any method may raise UserError `store.damaged` (with the newest backup), `store.read_only` or
`store.disk_error`; a change also `store.locked` (another process kept the file longer than the time-out) and
`store.disk_full`. Nothing was changed then, and the same call may be tried again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, QueuePool

from app.store import (
    branches,
    compaction_points,
    conversations,
    downloads,
    messages,
    models,
    search,
    trash,
    writers,
)
from app.store.backup import Backup, all_backups, back_up
from app.store.connections import connect
from app.store.errors import told
from app.store.location import SCHEMA_REVISION, Place
from app.store.opening import prepare
from app.store.records import (
    ChatOptions,
    CompactionPoint,
    Conversation,
    Download,
    DownloadState,
    LibraryModel,
    Message,
    MessageState,
    SearchHit,
    TitleSource,
)
from app.store.run_store import RunStore
from engine.errors import ErrorInfo
from engine.values import Role, Timings, ToolCall, Usage

P = ParamSpec("P")
R = TypeVar("R")


class Store:
    """Conversations and their messages, models of the library, downloads, and under `runs` the runs with
    their journals.

    Open with `Store.open`; close when done.
    """

    def __init__(self, place: Place, engine: Engine, clock: Callable[[], float]) -> None:
        self._place = place
        self._engine = engine
        self._clock = clock
        self._writer = writers.new_writer()
        self._writing = engine.execution_options(write=True)
        self._closed = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store-writer")
        self.runs = RunStore(self._read, self._write, clock, self._writer)

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
        return cls(place, engine, clock)

    def close(self) -> None:
        """Wait for pending writes and close the file. Later calls raise RuntimeError."""
        self._closed = True
        self._thread.shutdown(wait=True)
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- conversations ---

    def create_conversation(
        self,
        options: ChatOptions = ChatOptions(),  # noqa: B008
        origin: int | None = None,
    ) -> Conversation:
        """Create a conversation; `origin` is the one it was begun from."""
        return self._write(conversations.create, options, self._clock(), origin)

    def conversation(self, id: int) -> Conversation:
        """One conversation, also in the trash.

        Raises UserError `store.no_conversation`, like all that take its id.
        """
        return self._read(conversations.get, id)

    def conversations(self) -> list[Conversation]:
        """Conversations outside the trash: pinned first, then by their last message, newest first."""
        return self._read(conversations.listed)

    def search(self, query: str, limit: int = 200) -> list[SearchHit]:
        """Conversations whose title, or one of whose messages, contains every word of the query."""
        return self._read(search.search, query, limit)

    def rename(self, id: int, title: str, source: TitleSource) -> Conversation:
        """Set a title; one that the user wrote is kept when `source` is "auto"."""
        return self._write(conversations.rename, id, title, source)

    def set_pinned(self, id: int, pinned: bool) -> Conversation:
        return self._write(conversations.change, id, pinned=pinned)

    def set_options(self, id: int, options: ChatOptions) -> Conversation:
        return self._write(conversations.change, id, options=options)

    def set_draft(self, id: int, draft: str) -> Conversation:
        """Save unsent text; does not move the conversation in the list."""
        return self._write(conversations.change, id, draft=draft)

    def delete_conversation(self, id: int) -> Conversation:
        """Move a conversation to the trash."""
        return self._write(trash.put_in, id, self._clock())

    def restore_conversation(self, id: int) -> Conversation:
        return self._write(trash.take_out, id)

    def trash(self) -> list[Conversation]:
        """Deleted conversations, the latest first."""
        return self._read(trash.listed)

    def empty_trash(self, older_than: float) -> int:
        """Delete for good what was deleted before that time (seconds since 1970); returns the count.

        One at a time, so that an answer which streams meanwhile is still saved.
        """
        expired = self._read(trash.expired, older_than)
        return sum(self._write(trash.remove, conversation, older_than) for conversation in expired)

    # --- messages ---

    def add_message(
        self,
        conversation: int,
        parent: int | None,
        role: Role,
        content: str,
        *,
        reasoning: str = "",
        state: MessageState = "done",
        model: str = "",
    ) -> Message:
        """Add a message below `parent` (None: a first message) and show the branch that it ends.

        Below a parent that has children it is a variant of them: what an edit and a new answer are.
        Raises UserError `store.no_conversation`, and `store.no_message` for a parent from elsewhere.
        """
        new = messages.NewMessage(conversation, parent, role, content, reasoning, state, model)
        return self._write(messages.add, new, self._writer, self._clock())

    def save_answer(self, message: int, content: str, reasoning: str) -> None:
        """Save the whole text so far of a streaming answer; a crash loses only what came after.

        Does nothing to an answer that has ended: a late save does not undo the ending.
        """
        self._write(messages.save, message, content, reasoning)

    def finish_answer(
        self,
        message: int,
        content: str,
        reasoning: str,
        state: MessageState,
        *,
        error: ErrorInfo | None = None,
        usage: Usage | None = None,
        timings: Timings | None = None,
        model: str = "",
        tool_calls: tuple[ToolCall, ...] = (),
        notices: tuple[ErrorInfo, ...] = (),
    ) -> Message:
        """Save the whole text and the end of an answer. From now on `search` finds it."""
        ending = messages.Ending(content, reasoning, state, error, usage, timings, model, tool_calls, notices)
        return self._write(messages.finish, message, ending)

    def resume_answer(self, message: int) -> Message:
        """Resume a stopped answer in place: it is "streaming" again with the text it has."""
        return self._write(messages.resume, message, self._writer)

    def set_run(self, message: int, run: int) -> Message:
        """Set the run that writes this answer with tools."""
        return self._write(messages.set_run, message, run)

    def message(self, id: int) -> Message:
        """One message. Raises UserError `store.no_message`, like all that take its id."""
        return self._read(messages.get, id)

    def path(self, conversation: int) -> list[int]:
        """The ids of the shown branch, from its first message to the leaf."""
        return self._read(branches.path, conversation)

    def messages(self, ids: Sequence[int]) -> list[Message]:
        """Any number of messages, in the order of `ids`."""
        return self._read(messages.get_all, ids)

    def siblings(self, message: int) -> list[int]:
        """The variants of a message, itself included, oldest first."""
        return self._read(branches.siblings, message)

    def show_branch(self, message: int) -> Conversation:
        """Show the branch through `message`, down to the leaf shown last."""
        return self._write(branches.show, message)

    def recover(self) -> list[Message]:
        """Mark answers of dead processes as "stopped"; returns them.

        Those that this store or another living process is writing are left alone.
        """
        return self._write(messages.recover, self._writer)

    # --- compaction points ---

    def cuts(self, conversation: int) -> list[CompactionPoint]:
        """Active compaction points, the newest first: on a branch the newest whose first message is in it
        applies.
        """
        return self._read(compaction_points.active, conversation)

    def add_cut(self, cut: CompactionPoint) -> CompactionPoint:
        """Add an active compaction point; its id and time are assigned here.

        Raises UserError `store.no_message` for a first message from elsewhere.
        """
        return self._write(compaction_points.add, cut, self._clock())

    def replace_cut(self, old: int, cut: CompactionPoint) -> CompactionPoint:
        """Add a compaction point that replaces another, which stays, inactive."""
        return self._write(compaction_points.replace, old, cut, self._clock())

    def set_cut(self, id: int, active: bool) -> CompactionPoint:
        """Set whether a compaction point is active."""
        return self._write(compaction_points.set_active, id, active)

    # --- the library ---

    def models(self) -> list[LibraryModel]:
        """All models, including the trash, oldest first."""
        return self._read(models.every)

    def model(self, id: str) -> LibraryModel | None:
        return self._read(models.find, id)

    def add_model(self, model: LibraryModel) -> LibraryModel:
        """Add a model under its id, or a numbered one if taken; returns it as added."""
        return self._write(models.add, model)

    def put_models(self, changed: Sequence[LibraryModel]) -> None:
        """Insert or replace each by its id, all or none."""
        self._write(models.put, changed)

    def change_model(self, id: str, **fields: Any) -> LibraryModel | None:
        """Set fields of one and leave the others; None if it is gone."""
        return self._write(models.change, id, **fields)

    def delete_model(self, id: str) -> None:
        """Delete a model's record. Its files are not touched."""
        self._write(models.remove, id)

    # --- downloads ---

    @property
    def writer(self) -> str:
        """The name of this store among those that use the file: this process owns downloads with it."""
        return self._writer

    def downloads(self) -> list[Download]:
        """All downloads, in the order of the queue."""
        return self._read(downloads.every)

    def download(self, id: int) -> Download | None:
        return self._read(downloads.find, id)

    def add_download(self, download: Download) -> Download:
        """Append a download to the queue; its id and position are assigned here.

        One of the same model that has not ended is returned instead, and nothing is added.
        """
        return self._write(downloads.add, download)

    def change_download(
        self,
        id: int,
        states: Collection[DownloadState] | None = None,
        writers: Collection[str] | None = None,
        **fields: Any,
    ) -> Download | None:
        """Set fields of one that is in one of `states` and has one of `writers` (None: any).

        Returns None, with nothing changed, if it does not or is gone.
        """
        return self._write(downloads.change, id, states, writers, **fields)

    def order_downloads(self, ids: Sequence[int]) -> None:
        """Set the order of the queue."""
        self._write(downloads.order, ids)

    def finish_download(self, id: int, model: LibraryModel) -> Download | None:
        """Mark the download done and add its model to the library, both or neither."""
        return self._write(downloads.finish, id, model)

    def recover_downloads(self, state: DownloadState, writer: str = "") -> list[Download]:
        """Give downloads of dead processes this state and writer; returns them.

        Those that belong to this store or another living process are left alone.
        """
        return self._write(downloads.recover, self._writer, state, writer)

    def delete_download(self, id: int) -> None:
        self._write(downloads.remove, id)

    # --- backups ---

    def daily_backup(self, now: float) -> Path | None:
        """Back up unless it was done on the day of `now` (local calendar) or the store is empty.

        Takes seconds for a large file, on the caller's thread; others read and write meanwhile. Raises
        UserError `store.backup_failed`.
        """
        kept = self.conversations() or self.trash() or self.models() or self.runs.all()
        if self._place.backed_up_on(now) or not kept:
            return None
        return back_up(self._place, now, SCHEMA_REVISION)

    def back_up(self) -> Backup:
        """Back up now. Raises UserError `store.backup_failed`."""
        made = back_up(self._place, self._clock(), SCHEMA_REVISION)
        return next(backup for backup in all_backups(self._place) if backup.path == str(made))

    def _read(self, work: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        if self._closed:  # the pool would silently reopen the file
            raise RuntimeError("the store is closed")
        with told(self._place), self._engine.begin() as connection:
            return work(connection, *args, **kwargs)

    def _write(self, work: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        def in_transaction() -> R:
            with told(self._place), self._writing.begin() as connection:
                return work(connection, *args, **kwargs)

        return self._thread.submit(in_transaction).result()
