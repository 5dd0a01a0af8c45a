"""The folders that schedules watch."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from app.services.runs.events import RunEntries
from app.services.runs.runs import Runs
from app.services.schedules.folder_changes import FolderWatch
from app.services.schedules.starting import written_by
from app.store.schedules.records import Firing, FolderChange, Schedule
from app.store.schedules.store import Listing
from app.store.store import Store


class Watches:
    """What runs of Coterie write is no cause: neither those of a schedule itself, nor those of another, with which it
    would go round in circles. `note` is called on the threads of runs, all else on one."""

    def __init__(self, store: Store, runs: Runs) -> None:
        self._store, self._runs = store, runs
        self._watches: dict[int, FolderWatch] = {}
        self._lock = threading.Lock()
        self._noted: list[RunEntries] = []

    def forget(self, id: int) -> None:
        """What is known of one is read again. May be called from any thread."""
        self._watches.pop(id, None)

    def keep(self, schedules: Sequence[Schedule]) -> None:
        """These are all there are."""
        found = {
            each.id: each for each in schedules if isinstance(each.when, FolderChange) and not each.paused
        }
        for id in self._watches.keys() - found.keys():
            self.forget(id)
        for id, schedule in found.items():
            watch = self._watches.get(id)
            assert isinstance(schedule.when, FolderChange)
            place = (Path(schedule.workspace), schedule.when.pattern)
            if watch is None or (watch.workspace, watch.pattern) != place:
                known = self._store.schedules.listing(id) if watch is None else None
                self._watches[id] = FolderWatch(*place, known)

    def look(self, schedule: Schedule, when: FolderChange) -> tuple[str, ...]:
        """As `FolderWatch.look`. What there is at first is kept, to be compared with by later processes."""
        self._take_notes()
        watch = self._watches.get(schedule.id)
        if watch is None:  # it was changed just now
            return ()
        if self._is_worked_in(watch.workspace):
            return ()
        changed = watch.look(when.quiet)
        if watch.known is not None and not watch.is_kept:
            self._store.schedules.keep_listing(schedule.id, watch.known)
            watch.is_kept = True
        return changed

    def _is_worked_in(self, folder: Path) -> bool:
        """Whether a run is at work there: what it has changed is known once it has ended."""
        return any(
            run.state == "running" and run.workspace and _meet(folder, Path(run.workspace))
            for run in self._store.runs.under_way()
        )

    def taken(self, schedule: Schedule) -> Listing | None:
        """As `FolderWatch.taken`."""
        watch = self._watches.get(schedule.id)
        return None if watch is None else watch.taken()

    def note(self, event: RunEntries) -> None:
        """A run has come further."""
        if written_by(tuple(entry.event for entry in event.entries)):
            with self._lock:
                self._noted.append(event)

    def wrote(self, firing: Firing, runs: Runs) -> None:
        """The run of a schedule has ended, in whichever process."""
        if self._watches:
            self.note(RunEntries(firing.run, runs.entries(firing.run)))

    def _take_notes(self) -> None:
        with self._lock:
            noted, self._noted = self._noted, []
        for event in noted:
            paths = written_by(tuple(entry.event for entry in event.entries))
            workspace = Path(self._runs.get(event.run).workspace)
            for watch in tuple(self._watches.values()):
                own = {relative for path in paths if (relative := _below(watch.workspace, workspace / path))}
                if own:
                    watch.wrote(own)


def _meet(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def _below(folder: Path, path: Path) -> str:
    """A path as the watch of a folder calls it; "" for one elsewhere."""
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else ""
