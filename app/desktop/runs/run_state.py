"""What is known of all runs in the window: their records, read once and kept up to date."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.runs.schedules.schedule_list import ScheduleList
from app.services.events import ServiceEvent
from app.services.runs.events import RunChanged, RunRemoved
from app.services.runs.values import RunRecord
from engine.errors import UserError


class RunListState(QObject):
    """`changed` comes when the list is another one; `moved` carries a run's record before (None: a new one) and
    after. Answers to chats are not among them: those are the chat's."""

    changed = Signal()
    moved = Signal(object, object)

    def __init__(self, calls: ServiceCalls, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._runs: dict[int, RunRecord] = {}
        # What was told while the list was being read is newer than that.
        self._told: set[int] = set()
        self.is_read = self._reads = False
        self.schedules = ScheduleList(calls, self)

    def begin(self) -> None:
        """Read what there is: the services are open, or others may have changed it."""
        self.schedules.begin()
        if not self._reads:
            self._reads = True
            self._told.clear()
            self._calls.do(lambda s: s.runs.all(), self._take, self._not_read)

    def _not_read(self, error: UserError) -> None:
        self._reads = False
        self._calls.failed.emit(error)

    def _take(self, runs: list[RunRecord]) -> None:
        self._reads = False
        was_read, self.is_read = self.is_read, True
        found = {
            run.id: run for run in runs if run.id not in self._told and not (run.conversation or run.parent)
        }
        found |= {id: run for id, run in self._runs.items() if id in self._told}
        if not was_read or found != self._runs:
            self._runs = found
            self.changed.emit()

    def take_events(self, events: list[ServiceEvent]) -> None:
        self.schedules.take_events(events)
        changed = False
        for event in events:
            if isinstance(event, RunChanged):
                changed |= self._change(event.run)
            elif isinstance(event, RunRemoved):
                self._told.add(event.run)
                changed |= self._runs.pop(event.run, None) is not None
        if changed:
            self.changed.emit()

    def _change(self, run: RunRecord) -> bool:
        self._told.add(run.id)
        before = self._runs.get(run.id)
        if run.conversation or run.parent or run.trashed is not None or run == before:
            return False
        self._runs[run.id] = run
        self.moved.emit(before, run)
        return True

    def take(self, run: RunRecord) -> None:
        """A run that was just started here, of which nothing may have been told yet."""
        if run.id not in self._runs and self._change(run):
            self.changed.emit()

    def all(self) -> tuple[RunRecord, ...]:
        return tuple(self._runs.values())

    def get(self, run: int) -> RunRecord | None:
        return self._runs.get(run)

    def waiting(self) -> int:
        """How many runs wait for an answer."""
        return sum(run.state == "waiting" for run in self._runs.values())
