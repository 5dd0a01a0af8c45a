"""The helpers of the run that the page shows: their journals, read and kept up to date."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from agents.events import Entry, SubagentFinished, SubagentStarted
from app.desktop.base.service_calls import ServiceCalls
from app.services.events import ServiceEvent
from app.services.runs.events import RunEntries


class HelperRuns(QObject):
    """`came` carries a helper's run and new entries of it, in order."""

    came = Signal(int, object)

    def __init__(self, calls: ServiceCalls, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._last: dict[int, int] = {}

    def clear(self) -> None:
        """Another run is shown."""
        self._last = {}

    def follow(self, entries: Sequence[Entry]) -> None:
        """New entries of the run that is shown: helpers that begin or end are read."""
        events = (entry.event for entry in entries)
        named = [event.child for event in events if isinstance(event, SubagentStarted | SubagentFinished)]
        for run in dict.fromkeys(named):
            self._last.setdefault(run, 0)
            self._read(run)

    def take_events(self, events: Sequence[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, RunEntries) and event.run in self._last:
                if event.entries and event.entries[0].seq == self._last[event.run] + 1:
                    self._take(event.run, event.entries)
                else:  # some came before it was known here
                    self._read(event.run)

    def _read(self, run: int) -> None:
        last = self._last[run]
        self._calls.do(
            lambda s: s.runs.entries(run, last),
            lambda entries: self._take(run, entries),
            lambda _: None,  # it is gone; the list says so
            executor="io",
            owner=self,
        )

    def _take(self, run: int, entries: Sequence[Entry]) -> None:
        last = self._last.get(run)
        if last is None:
            return
        new = [entry for entry in entries if entry.seq > last]
        if new and new[0].seq == last + 1:
            self._last[run] = new[-1].seq
            self.came.emit(run, new)
