"""What becomes of the runs that schedules have started."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from agents.events import RunFinished
from app.services.events import EventBus
from app.services.runs.runs import Runs
from app.services.runs.values import RunRecord
from app.services.schedules.events import SchedulesChanged
from app.services.schedules.starting import reason_of, session_of, state_of
from app.store.records import RUNS_UNDER_WAY
from app.store.schedules.records import UNDER_WAY, Firing, FiringState
from app.store.store import Store
from engine.errors import ErrorInfo, UserError

log = logging.getLogger(__name__)
# So long a run waits for an answer.
PATIENCE_S = 7 * 86_400.0
# What this process has claimed and not started for so long could not be noted, as where the disk was full.
STARTING_S = 60.0
_ASIDE = ("queued", "aside")
# From these a person can go on.
_RESUMED = (*UNDER_WAY, "paused", "stopped", "failed", "interrupted", "completed")


class Following:
    """`heard` and `put_aside` are called on the threads of runs, all else on one."""

    def __init__(self, store: Store, runs: Runs, events: EventBus, clock: Callable[[], float]) -> None:
        self._store, self._runs, self._events, self._clock = store, runs, events, clock
        self._lock = threading.Lock()
        self._changed: dict[int, RunRecord] = {}
        self._states: dict[int, str] = {}
        self._aside: set[int] = set()

    def started(self, firing: Firing, record: RunRecord) -> None:
        """A run was started. Raises UserError `store.*`; it is found by its name then."""
        with self._lock:
            self._states.setdefault(record.id, "running")
        self._store.firings.change(firing.id, ("claimed",), run=record.id, state="running")
        self._events.publish(SchedulesChanged())

    def heard(self, run: RunRecord) -> bool:
        """A run has changed; whether it did so as a whole."""
        with self._lock:
            if run.conversation or self._states.get(run.id) == run.state:
                return False
            if self._states.get(run.id) == "paused":  # somebody has resumed it
                self._aside.discard(run.id)
            self._states[run.id] = run.state
            self._changed[run.id] = run
            return True

    def put_aside(self, run: int) -> None:
        """A run is paused, and waits for an answer or its model until it can go on."""
        with self._lock:
            self._aside.add(run)

    def settle(self) -> list[Firing]:
        """Take down what was heard, and what nobody has heard of; what of it has ended is returned. Raises UserError
        `store.*`."""
        with self._lock:
            changed, self._changed = self._changed, {}
        settled = []
        for run in changed.values():
            firing = self._store.firings.of_run(run.id)
            if firing is not None and (found := self._take_down(firing, run)) is not None:
                settled.append(found)
        for firing in self._store.firings.under_way():
            if firing.run:
                settled += self._look_at(firing)
        if settled:
            self._events.publish(SchedulesChanged())
        return settled

    def left_behind(self) -> list[Firing]:
        """What processes that have died were about to start, and what this one could not: this one starts it now."""
        found = []
        for firing in self._store.firings.under_way():
            if firing.state != "claimed" or self._is_being_started(firing):
                continue
            if (taken := self._store.firings.take_over(firing)) is None:
                continue
            run = self._store.firings.started(session_of(taken))
            if run:
                self._store.firings.change(taken.id, ("claimed",), run=run, state="running")
            else:
                found.append(taken)
        return found

    def _is_being_started(self, firing: Firing) -> bool:
        is_own = firing.writer == self._store.firings.writer
        return is_own and self._clock() - firing.time < STARTING_S

    def queued(self) -> list[Firing]:
        """What can go on, the earliest first. Raises UserError `store.*`."""
        return [firing for firing in self._store.firings.under_way() if firing.state in _ASIDE]

    def resume(self, firing: Firing) -> None:
        """Go on with one that was put aside. Raises UserError as `Runs.resume` does."""
        with self._lock:
            self._aside.discard(firing.run)
        try:
            self._runs.resume(firing.run)
        except UserError as error:
            self._store.firings.change(firing.id, UNDER_WAY, state="failed", reason=error.info, seen=False)
            raise
        self._store.firings.change(firing.id, UNDER_WAY, state="running")
        log.info("A run of a schedule goes on: %d", firing.run)

    def _look_at(self, firing: Firing) -> list[Firing]:
        run = self._store.runs.find(firing.run)
        if run is None or run.trashed is not None:
            return self._end(firing, "stopped", ErrorInfo("schedule.run_gone"))
        if self._is_expired(firing, run):
            self._runs.stop(firing.run)
            return self._end(
                firing, "expired", ErrorInfo("schedule.expired", {"days": round(PATIENCE_S / 86_400)})
            )
        if run.state in RUNS_UNDER_WAY and self._store.runs.is_left(run.writer):
            self._runs.recover()  # the process that did it has died
            run = self._runs.get(firing.run)
        if run.state == "paused" and run.id not in self._aside:
            return self._put_back(firing)
        found = self._take_down(firing, run)
        return [found] if found else []

    def _end(self, firing: Firing, state: FiringState, reason: ErrorInfo) -> list[Firing]:
        ended = self._store.firings.change(firing.id, UNDER_WAY, state=state, reason=reason)
        return [ended] if ended else []

    def _put_back(self, firing: Firing) -> list[Firing]:
        """A pause here was a person's, of which is heard. Any other was one of a process that was closed, and the run
        goes on in its turn."""
        if firing.state not in _ASIDE and firing.run not in self._states:
            state = "queued" if firing.state == "waiting" else "aside"
            self._store.firings.change(firing.id, UNDER_WAY, state=state)
            self._events.publish(SchedulesChanged())
        return []

    def _is_expired(self, firing: Firing, run: RunRecord) -> bool:
        waits = run.state == "waiting" or (firing.state in ("waiting", "queued") and run.state == "paused")
        return waits and self._clock() - firing.time > PATIENCE_S

    def _take_down(self, firing: Firing, run: RunRecord) -> Firing | None:
        """The firing as its run stands, None where nothing has changed."""
        state = state_of(run, queued=run.id in self._aside)
        if state == firing.state or (run.state in RUNS_UNDER_WAY and firing.state == "expired"):
            return None
        reason = reason_of(run, self._error_of(run))
        return self._store.firings.change(firing.id, _RESUMED, state=state, reason=reason, seen=False)

    def _error_of(self, run: RunRecord) -> ErrorInfo | None:
        if run.state != "failed":
            return None
        entries = self._runs.entries(run.id)
        last = entries[-1].event if entries else None
        return last.error if isinstance(last, RunFinished) else None
