"""Runs as they are kept: their records, journals and what is made of them to be read."""

from __future__ import annotations

from pathlib import Path

from agents.events import Entry, RunStarted
from app.services.events import EventBus
from app.services.runs.export import ExportFormat, exported
from app.services.runs.grants import StoreGrants
from app.services.runs.parts import RunParts, found_sandbox
from app.services.runs.place.readable import checked_readable
from app.services.runs.place.surroundings import toolchains
from app.services.runs.place.workspace import checked_workspace
from app.services.runs.start import read_start
from app.services.runs.values import Seen, ToolAtHand
from app.store.records import RunRecord
from app.store.store import Store


class KeptRuns:
    """What can be read of runs, and what a person may choose for one. `home` is the data folder."""

    def __init__(self, home: Path, store: Store, parts: RunParts, events: EventBus) -> None:
        self._home = home
        self._store = store.runs
        self._parts = parts
        self._events = events
        self.grants = StoreGrants(store.grants, events)

    def all(self) -> list[RunRecord]:
        """Runs outside the trash, the latest first."""
        return self._store.all()

    def trash(self) -> list[RunRecord]:
        return self._store.all(trashed=True)

    def get(self, id: int) -> RunRecord:
        """One run. Raises UserError `run.missing`, like all that take its id."""
        return self._store.get(id)

    def sessions(self) -> dict[int, str]:
        """What other programs call the runs that they have started (`RunSpec.session`), by the runs' ids."""
        return self._store.sessions()

    def entries(self, id: int, after: int = 0, limit: int = 0) -> tuple[Entry, ...]:
        """The journal after number `after`, in order; at most `limit` events unless 0."""
        self._store.get(id)
        return tuple(self._store.entries(id, after, limit))

    def kept(self, id: int, handle: str) -> str:
        """A kept text of the run, whole. Raises UserError `run.no_text`."""
        return self._store.kept(id, handle)

    def seen(self, id: int, step: int = 0) -> Seen:
        """The prompt of a turn, or of the next one (0)."""
        from agents.guidance.read_skill import ReadSkill
        from app.services.runs.prompt_view import seen_in

        tools = (*self._parts.builtin(), ReadSkill(()))
        return seen_in(self.get(id), self.entries(id), tools, step)

    def export(self, id: int, format: ExportFormat) -> str:
        """The run in an export format."""
        children = {child.id: (child, self.entries(child.id)) for child in self._store.children(id)}
        return exported(self.get(id), self.entries(id), format, children)

    def tools(self, *, in_chat: bool = False) -> tuple[ToolAtHand, ...]:
        """Built-in tools, for people who choose among them. A run that answers in a chat gives no tasks away."""
        from agents.tools.delegate import DELEGATING

        return tuple(
            ToolAtHand(tool.name, tool.description, tool.facts.read_only, tool.facts.network)
            for tool in self._parts.builtin()
            if not (in_chat and tool.name in DELEGATING)
        )

    def workspace(self, path: str) -> str:
        """The folder as a run would get it, absolute. Raises UserError as `checked_workspace`."""
        return str(checked_workspace(path, self._home))

    def last_start(self, workspace: str) -> RunStarted | None:
        """The start of the latest run that a person has started in a folder, chats aside."""
        for record in self._store.all():
            if record.workspace != workspace or record.conversation:
                continue
            first = next(iter(self._store.entries(record.id, 0, 1)), None)
            kept = read_start(self._store.start_of(record.id)) if first is None else None
            started = first.event if first is not None else kept and kept.started
            if isinstance(started, RunStarted) and not started.program:
                return started
        return None

    def toolchains(self) -> tuple[str, ...] | None:
        """Toolchains of the user's home that commands find; None where there are no commands."""
        return toolchains() if found_sandbox() is not None else None

    def readable(self, path: str) -> str:
        """A path that commands may read, absolute. Raises UserError as `checked_readable`."""
        return str(checked_readable(path, self._home))
