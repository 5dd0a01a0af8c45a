"""The runs' side of the store: `Store.runs`. Raises as the store's other methods do."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Protocol

from agents.events import Entry, RunEvent
from agents.permissions.values import Grant
from app.store import grants, runs
from app.store.records import RunRecord, RunState, ToolCheck


class Work(Protocol):
    """Does a function's work in one transaction of the store."""

    def __call__(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any: ...


class RunStore:
    """Runs, their journals and what was granted. `writer` names this process's store."""

    def __init__(self, read: Work, write: Work, clock: Callable[[], float], writer: str) -> None:
        self._read, self._write, self._clock = read, write, clock
        self.writer = writer

    # --- runs ---

    def add(self, run: RunRecord, message: int = 0, start: str = "") -> RunRecord:
        """Under an id that is given here. It writes the answer `message` of a chat when that is not 0, which is
        noted with it. `start` is what it is to begin with, for `start_of`. Raises UserError `store.no_message`."""
        added: RunRecord = self._write(runs.add, run, message, start)
        return added

    def start_of(self, id: int) -> str:
        """What the run was to begin with, should it have ended before its first event; "" when that is not known."""
        start: str = self._read(runs.start_of, id)
        return start

    def get(self, id: int) -> RunRecord:
        """Also one in the trash. Raises UserError `run.missing`."""
        found: RunRecord = self._read(runs.get, id)
        return found

    def all(self, *, trashed: bool = False) -> list[RunRecord]:
        """Those outside the trash, or in it; the latest first. Those of chats are not among them."""
        found: list[RunRecord] = self._read(runs.listed, trashed)
        return found

    def every(self) -> list[RunRecord]:
        """All there are: those of chats and those in the trash as well."""
        found: list[RunRecord] = self._read(runs.every)
        return found

    def change(
        self,
        id: int,
        states: Collection[RunState] | None = None,
        writers: Collection[str] | None = None,
        **fields: Any,
    ) -> RunRecord | None:
        """Set fields of one that is in one of `states` and belongs to one of `writers` (None: any); None, and
        nothing changed, if it does not."""
        changed: RunRecord | None = self._write(runs.change, id, states, writers, **fields)
        return changed

    def recover(self) -> list[RunRecord]:
        """Runs that a dead process left become "interrupted"; those of living ones are left alone."""
        found: list[RunRecord] = self._write(runs.recover, self.writer)
        return found

    def empty_trash(self, older_than: float) -> list[int]:
        """Remove for good what went to the trash before that time, and runs of chats that are gone; which those
        were."""
        expired: list[int] = self._read(runs.expired, older_than)
        return [run for run in expired if self._write(runs.remove, run, older_than)]

    # --- journals ---

    def append(self, run: int, event: RunEvent) -> Entry:
        """Write an event behind the others of its run; it is in the file when this returns."""
        entry: Entry = self._write(runs.append, run, event, self._clock())
        return entry

    def entries(self, run: int, after: int = 0, limit: int = 0) -> list[Entry]:
        """The events behind number `after`, in order; at most `limit` of them when that is not 0."""
        found: list[Entry] = self._read(runs.entries, run, after, limit)
        return found

    def keep(self, run: int, text: str) -> str:
        """Keep a long text whole; its handle."""
        handle: str = self._write(runs.keep, run, text)
        return handle

    def keep_once(self, run: int, text: str) -> str:
        """As `keep`; of a text that is kept already the handle that it has."""
        handle: str = self._write(runs.keep_once, run, text)
        return handle

    def kept(self, run: int, handle: str) -> str:
        """Raises UserError `run.no_text`."""
        text: str = self._read(runs.kept, run, handle)
        return text

    # --- grants and checks ---

    def grants(self) -> list[Grant]:
        """Oldest first."""
        found: list[Grant] = self._read(grants.every)
        return found

    def put_grant(self, grant: Grant) -> None:
        self._write(grants.put, grant)

    def used_grant(self, id: str) -> None:
        self._write(grants.used, id, self._clock())

    def revoke_grant(self, id: str) -> bool:
        """Whether there was one."""
        revoked: bool = self._write(grants.revoke, id)
        return revoked

    def checks(self) -> list[ToolCheck]:
        """How well models use tools, of those that were checked."""
        found: list[ToolCheck] = self._read(grants.checks)
        return found

    def put_check(self, check: ToolCheck) -> None:
        self._write(grants.put_check, check)
