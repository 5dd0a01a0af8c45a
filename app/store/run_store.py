"""Runs of the store: `Store.runs`. Raises as the store's other methods do."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Protocol

from agents.events import Entry, RunEvent
from agents.permissions.values import Grant
from app.store import grants, runs
from app.store.records import RunRecord, RunState, ToolCheck


class Work(Protocol):
    """Executes a function in one transaction of the store."""

    def __call__(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any: ...


class RunStore:
    """Runs, their journals and grants. `writer` names this process's store."""

    def __init__(self, read: Work, write: Work, clock: Callable[[], float], writer: str) -> None:
        self._read, self._write, self._clock = read, write, clock
        self.writer = writer

    # --- runs ---

    def add(self, run: RunRecord, message: int = 0, start: str = "") -> RunRecord:
        """Add a run; its id is assigned here.

        It writes the answer `message` of a chat when that is not 0, which is noted with it. `start` is what
        it is to begin with, for `start_of`. Raises UserError `store.no_message`.
        """
        added: RunRecord = self._write(runs.add, run, message, start)
        return added

    def start_of(self, id: int) -> str:
        """The start of a run that ended before its first event; "" when unknown."""
        start: str = self._read(runs.start_of, id)
        return start

    def get(self, id: int) -> RunRecord:
        """One run, also in the trash. Raises UserError `run.missing`."""
        found: RunRecord = self._read(runs.get, id)
        return found

    def all(self, *, trashed: bool = False) -> list[RunRecord]:
        """Runs outside the trash, or in it, the latest first, without those of chats."""
        found: list[RunRecord] = self._read(runs.listed, trashed)
        return found

    def every(self) -> list[RunRecord]:
        """All runs, including those of chats and in the trash."""
        found: list[RunRecord] = self._read(runs.every)
        return found

    def change(
        self,
        id: int,
        states: Collection[RunState] | None = None,
        writers: Collection[str] | None = None,
        **fields: Any,
    ) -> RunRecord | None:
        """Set fields of one that is in one of `states` and has one of `writers` (None: any).

        Returns None, with nothing changed, if it does not.
        """
        changed: RunRecord | None = self._write(runs.change, id, states, writers, **fields)
        return changed

    def recover(self) -> list[RunRecord]:
        """Mark runs of dead processes "interrupted"; returns them."""
        found: list[RunRecord] = self._write(runs.recover, self.writer)
        return found

    def empty_trash(self, older_than: float) -> list[int]:
        """Delete runs that went to the trash before that time, and runs of deleted chats; returns them."""
        expired: list[int] = self._read(runs.expired, older_than)
        return [run for run in expired if self._write(runs.remove, run, older_than)]

    # --- journals ---

    def append(self, run: int, event: RunEvent) -> Entry:
        """Append an event to its run's journal, durably."""
        entry: Entry = self._write(runs.append, run, event, self._clock())
        return entry

    def entries(self, run: int, after: int = 0, limit: int = 0) -> list[Entry]:
        """Events after number `after`, in order; at most `limit` unless 0."""
        found: list[Entry] = self._read(runs.entries, run, after, limit)
        return found

    def keep(self, run: int, text: str) -> str:
        """Store a long text; returns its handle."""
        handle: str = self._write(runs.keep, run, text)
        return handle

    def keep_once(self, run: int, text: str) -> str:
        """As `keep`; a text that is already stored keeps its handle."""
        handle: str = self._write(runs.keep_once, run, text)
        return handle

    def kept(self, run: int, handle: str) -> str:
        """The text of a handle. Raises UserError `run.no_text`."""
        text: str = self._read(runs.kept, run, handle)
        return text

    # --- grants and checks ---

    def grants(self) -> list[Grant]:
        """All grants, oldest first."""
        found: list[Grant] = self._read(grants.every)
        return found

    def put_grant(self, grant: Grant) -> None:
        self._write(grants.put, grant)

    def used_grant(self, id: str) -> None:
        self._write(grants.used, id, self._clock())

    def revoke_grant(self, id: str) -> bool:
        """Revoke a grant; returns whether there was one."""
        revoked: bool = self._write(grants.revoke, id)
        return revoked

    def checks(self) -> list[ToolCheck]:
        """Results of tool checks."""
        found: list[ToolCheck] = self._read(grants.checks)
        return found

    def put_check(self, check: ToolCheck) -> None:
        self._write(grants.put_check, check)
