"""What is known of all schedules in the window: how they stand, and which of their runs nobody has looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from app.services.events import ServiceEvent
from app.services.schedules.events import SchedulesChanged
from app.services.schedules.values import ScheduleLine
from app.store.schedules.records import FolderChange

if TYPE_CHECKING:
    from app.services.services import Services

_Found = tuple[list[ScheduleLine], list[int]]


class ScheduleList(QObject):
    """`changed` comes when something of them is another one."""

    changed = Signal()

    def __init__(self, calls: ServiceCalls, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self.lines: tuple[ScheduleLine, ...] = ()
        self.unseen: frozenset[int] = frozenset()
        self._reads = self._again = False

    def begin(self) -> None:
        """Read how they stand; once more where something changed meanwhile."""
        if self._reads:
            self._again = True
            return
        self._reads = True
        self._calls.do(_read, self._take, lambda _: self._ended(), owner=self)

    def take_events(self, events: list[ServiceEvent]) -> None:
        if any(isinstance(event, SchedulesChanged) for event in events):
            self.begin()

    @property
    def starts_any(self) -> bool:
        """Whether anything is still to start by itself, which no timer of the system does."""
        return any(
            line.next is not None
            or (isinstance(line.schedule.when, FolderChange) and not line.schedule.paused)
            for line in self.lines
            if not line.schedule.timer
        )

    def get(self, id: int) -> ScheduleLine | None:
        return next((line for line in self.lines if line.schedule.id == id), None)

    def see(self, run: int) -> None:
        """A person looks at a run."""
        if run in self.unseen:
            self._calls.do(lambda s: s.schedules.see(run))

    def _take(self, found: _Found) -> None:
        lines, unseen = tuple(found[0]), frozenset(found[1])
        if (lines, unseen) != (self.lines, self.unseen):
            self.lines, self.unseen = lines, unseen
            self.changed.emit()
        self._ended()

    def _ended(self) -> None:
        self._reads = False
        if self._again:
            self._again = False
            self.begin()


def _read(services: Services) -> _Found:
    return services.schedules.lines(), services.schedules.unseen()
