"""Starts what is due, and follows what comes of it, on a thread of its own.

Of all processes with the same data one does so at a time, which holds a lock; that a time is dealt with is noted in
one step of the store, so that it is never dealt with twice, whoever notes it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from app.services.events import EventBus
from app.services.models.models import Models
from app.services.runs.events import RunAsks, RunChanged, RunEntries
from app.services.runs.runs import Runs
from app.services.runs.values import RunRecord
from app.services.schedules.events import SchedulesChanged
from app.services.schedules.following import Following
from app.services.schedules.holding import Holding
from app.services.schedules.starting import spec_of
from app.services.schedules.times import next_time, refresh_zone
from app.services.schedules.values import Hold
from app.services.schedules.watches import Watches
from app.services.settings.file_lock import locked
from app.store.schedules.records import UNDER_WAY, Every, Firing, FolderChange, Once, Schedule
from app.store.store import Store
from engine.errors import ErrorInfo, UserError

log = logging.getLogger(__name__)

# The longest time between two looks, in which another process may have added a schedule or the clock been set.
LONGEST_S = 20.0
FOLDER_S = 5.0
HELD_S = 3.0
# A run that waits is told to make way, and does so at once.
LEAVE_S = 10.0
# A clock that was set back by more than this begins anew; less than that is waited for.
BACK_S = 3600.0
LOCK = "schedules.lock"


class Keeper:
    """`attended` (set before `begin`): a person can be asked here; else a run that asks is put aside until one can.
    `holds` says why schedules that are due wait, by their ids."""

    def __init__(
        self,
        home: Path,
        store: Store,
        runs: Runs,
        models: Models,
        events: EventBus,
        clock: Callable[[], float],
        battery: Callable[[], bool],
    ) -> None:
        self._home, self._store, self._runs, self._events, self._clock = home, store, runs, events, clock
        self.attended = True
        self.holds: dict[int, Hold] = {}
        self.trouble: ErrorInfo | None = None
        self._holding = Holding(runs, models, store, battery)
        self._following = Following(store, runs, events, clock)
        self._watches = Watches(store, runs)
        # One that is due is not started by hand at the same time.
        self._starting = threading.Lock()
        self._woken, self._closed = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._unsubscribe: tuple[Callable[[], None], ...] = ()

    def begin(self) -> None:
        """Look after the schedules until `close`."""
        if self._thread is None and not self._closed.is_set():
            self.listen()
            self._thread = threading.Thread(target=self._keep, name="schedules", daemon=True)
            self._thread.start()

    def listen(self) -> None:
        """Hear of the runs of schedules; by itself with `begin`."""
        self._unsubscribe = (
            self._events.subscribe(RunChanged, self._run_changed),
            self._events.subscribe(RunAsks, self._run_asks),
            self._events.subscribe(RunEntries, lambda event: self._watches.note(event)),
        )

    def forget(self, id: int) -> None:
        """A schedule was changed: its folder may be another one."""
        self._watches.forget(id)

    def look_soon(self) -> None:
        """Something was changed."""
        self._woken.set()

    def close(self) -> None:
        """Start nothing more. Before the runs are closed: what they do then is no end."""
        self._closed.set()
        self._woken.set()
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        if self._thread is not None:
            self._thread.join()

    def _keep(self) -> None:
        while not self._closed.is_set():
            with suppress(TimeoutError), locked(self._home / LOCK, 0.0):
                self._keep_locked()
            self._woken.clear()
            if not self._closed.is_set():  # another process does it
                self._woken.wait(LONGEST_S)

    def _keep_locked(self) -> None:
        is_begun = False
        while not self._closed.is_set():
            self._woken.clear()
            pause_s, trouble = LONGEST_S, None
            try:
                if not is_begun:
                    self.take_up()
                    is_begun = True
                pause_s = self.turn()
            except UserError as error:
                trouble = error.info
                log.warning("The schedules could not be looked after: %s", error.code)
            except Exception as error:  # the thread must survive: schedules that are due later rely on it
                trouble = ErrorInfo("unknown", {"detail": f"{type(error).__name__}: {error}"[:300]})
                log.error("The schedules could not be looked after", exc_info=error)
            if trouble != self.trouble:
                self.trouble = trouble
                self._events.publish(SchedulesChanged())
            if not self._closed.is_set():
                self._woken.wait(pause_s)

    def take_up(self) -> None:
        """See what became of runs of processes that did this before. Raises UserError `store.*`."""
        self._runs.recover()
        self.settle()

    def if_alone(self, work: Callable[[], None]) -> bool:
        """Do something unless another process looks after the schedules; whether it was done."""
        try:
            with locked(self._home / LOCK, 0.0):
                work()
        except TimeoutError:
            return False
        return True

    # --- one look ---

    def turn(self) -> float:
        """Follow what was started, and start what is due; the seconds until the next look.

        Raises UserError `store.*`."""
        refresh_zone()
        self.settle()
        schedules = self._store.schedules.all()
        self._watches.keep(schedules)
        pause_s = LONGEST_S
        if self.attended:
            self._go_on({each.id: each for each in schedules})
        for schedule in schedules:
            if not schedule.paused and not self._closed.is_set():
                pause_s = min(pause_s, self._look(schedule))
        for gone in self.holds.keys() - {each.id for each in schedules if not each.paused}:
            del self.holds[gone]
        return max(0.05, pause_s)

    def settle(self) -> None:
        """Take down what has come of the runs that were started. Raises UserError `store.*`."""
        for firing in self._following.settle():
            if firing.run and firing.state not in UNDER_WAY:
                self._watches.wrote(firing, self._runs)
        for firing in self._following.left_behind():
            schedule = self._store.schedules.find(firing.schedule)
            if schedule is not None:
                self._start(schedule, firing)

    def _go_on(self, schedules: dict[int, Schedule]) -> None:
        """Resume what was put aside, one after the other, as soon as that takes nothing from anybody."""
        for firing in self._following.queued():
            schedule = schedules.get(firing.schedule)
            if schedule is None or self._closed.is_set() or self._holding.reason(schedule):
                continue
            with suppress(UserError):
                self._following.resume(firing)
            self._events.publish(SchedulesChanged())
            return

    def _look(self, schedule: Schedule) -> float:
        now = self._clock()
        if schedule.checked > now + BACK_S:
            log.info("The clock was set back: the times of a schedule count from now")
            self._store.schedules.move(schedule, now)
            return 0.0
        changed: tuple[str, ...] = ()
        if isinstance(schedule.when, FolderChange):
            changed = self._folder(schedule, schedule.when)
            due = now if changed else now + FOLDER_S
        else:
            found = next_time(schedule.when, schedule.checked, schedule.created)
            due = float("inf") if found is None else found
        if due > now:
            self._hold(schedule, "")
            return due - now
        with self._starting:
            return self._is_due(schedule, due, changed)

    def _is_due(self, schedule: Schedule, due: float, changed: tuple[str, ...]) -> float:
        last = self._store.firings.latest().get(schedule.id)
        if last is not None and last.state in UNDER_WAY:
            if changed or isinstance(schedule.when, Once):  # it counts once that has ended
                return FOLDER_S
            waits = last.state in ("waiting", "queued")
            reason = ErrorInfo("schedule.still_waiting" if waits else "schedule.still_running")
            now = self._clock()
            if self._store.firings.claim(schedule, due, "skipped", reason, checked=now) is not None:
                self._events.publish(SchedulesChanged())
            return 0.0
        hold = self._holding.reason(schedule)
        self._hold(schedule, hold)
        if hold:
            return HELD_S
        self._make_way(schedule)
        now = self._clock()
        # Of what is done every so many minutes nothing is late.
        is_late = not isinstance(schedule.when, Every)
        firing = self._store.firings.claim(
            schedule,
            due if is_late else now,
            changed=changed[:20],
            checked=now,
            listing=self._watches.taken(schedule) if changed else None,
        )
        if firing is not None:
            with suppress(UserError):
                self._start(schedule, firing)
        return 0.0

    def _make_way(self, schedule: Schedule) -> None:
        """What only waits for an answer with another model does so without it."""
        for run in self._holding.in_the_way(schedule):
            self._put_aside(run)
            self._runs.join(run, LEAVE_S)

    def _put_aside(self, run: int) -> None:
        self._following.put_aside(run)
        self._runs.pause(run)

    def _folder(self, schedule: Schedule, when: FolderChange) -> tuple[str, ...]:
        try:
            changed = self._watches.look(schedule, when)
        except UserError as error:
            if error.code.startswith("store."):
                raise
            last = self._store.firings.latest().get(schedule.id)
            if last is None or last.reason != error.info:
                self._store.firings.claim(schedule, self._clock(), "failed", error.info)
                self._events.publish(SchedulesChanged())
            return ()
        return changed

    def _hold(self, schedule: Schedule, hold: Hold) -> None:
        if self.holds.get(schedule.id, "") != hold:
            self.holds[schedule.id] = hold
            self._events.publish(SchedulesChanged())

    # --- starting ---

    def fire(self, schedule: Schedule) -> RunRecord:
        """Start one by hand. Raises UserError as `Runs.start` and `Recipes.get` do, `schedule.under_way`."""
        with self._starting:
            last = self._store.firings.latest().get(schedule.id)
            if last is not None and last.state in UNDER_WAY:
                raise UserError("schedule.under_way")
            firing = self._store.firings.claim(schedule, self._clock())
            if firing is None:
                raise UserError("schedule.missing", name=schedule.name)
            return self._start(schedule, firing)

    def fire_due(self, schedule: Schedule) -> RunRecord | None:
        """Start one if it is due, as the system's timer asks for; None where it is not, or has to wait.

        Raises UserError as `fire`."""
        self.settle()
        if schedule.paused:
            return None
        before = self._store.firings.latest().get(schedule.id)
        if isinstance(schedule.when, FolderChange):
            self._watches.keep([schedule])
        self._look(schedule)
        last = self._store.firings.latest().get(schedule.id)
        if last is None or (before is not None and last.id == before.id):
            return None
        if last.state == "failed" and last.reason is not None:
            raise UserError.from_info(last.reason)
        return self._runs.get(last.run) if last.run else None

    def _start(self, schedule: Schedule, firing: Firing) -> RunRecord:
        try:
            record = self._runs.start(spec_of(schedule, firing, self._runs.recipes))
        except UserError as error:
            self._store.firings.change(firing.id, ("claimed",), state="failed", reason=error.info)
            raise
        finally:
            self._events.publish(SchedulesChanged())
        self._following.started(firing, record)
        return record

    # --- on the threads of runs ---

    def _run_changed(self, event: RunChanged) -> None:
        if self._following.heard(event.run):
            self._woken.set()

    def _run_asks(self, event: RunAsks) -> None:
        if event.request is not None and not self.attended:
            self._put_aside(event.run)
