"""Schedules: what people do with them, in the window and on the command line.

All methods may wait for the disk: call them off the GUI thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.services.collections.background import on_battery
from app.services.events import EventBus
from app.services.models.models import Models
from app.services.runs.recipes import filled
from app.services.runs.runs import MOST_TASK, Runs
from app.services.runs.values import RunRecord
from app.services.schedules.events import SchedulesChanged
from app.services.schedules.folder_changes import listing_of
from app.services.schedules.keeper import Keeper
from app.services.schedules.timers.installing import Timers
from app.services.schedules.times import checked_when, next_time
from app.services.schedules.values import ScheduleLine
from app.services.titles import title_from
from app.store.schedules.records import Firing, FolderChange, Once, Schedule
from app.store.schedules.store import Listing
from app.store.store import Store
from engine.errors import UserError
from engine.remote.names import is_remote, parse_name
from engine.text import clean_text

MOST_NAME = 80


class Schedules:
    """`keeper` starts what is due. `attended`: somebody can be asked in this process."""

    def __init__(
        self,
        home: Path,
        store: Store,
        runs: Runs,
        models: Models,
        events: EventBus,
        clock: Callable[[], float] = time.time,
        battery: Callable[[], bool] = on_battery,
    ) -> None:
        self._store, self._runs, self._events, self._clock = store, runs, events, clock
        self.timers = Timers(home)
        self.keeper = Keeper(home, store, runs, models, events, clock, battery)

    # --- reading ---

    def lines(self) -> list[ScheduleLine]:
        """All schedules as they stand, by their names."""
        latest, holds = self._store.firings.latest(), self.keeper.holds
        return [
            ScheduleLine(
                each,
                self._next(each),
                latest.get(each.id),
                holds.get(each.id, ""),
                self.keeper.trouble,
            )
            for each in self._store.schedules.all()
        ]

    def history(self, id: int) -> list[Firing]:
        """The last times that it was due, the latest first."""
        return self._store.firings.of(id)

    def named(self, name: str) -> Schedule:
        """One by its id or its name. Raises UserError `schedule.missing`."""
        wanted = name.strip()
        for schedule in self._store.schedules.all():
            if wanted == str(schedule.id) or wanted.casefold() == schedule.name.casefold():
                return schedule
        raise UserError("schedule.missing", name=name[:80])

    def unseen(self) -> list[int]:
        """Runs of schedules that have ended and that nobody has looked at."""
        return self._store.firings.unseen()

    def _next(self, schedule: Schedule) -> float | None:
        if schedule.paused:
            return None
        return next_time(schedule.when, schedule.checked, schedule.created)

    # --- changing ---

    def save(self, schedule: Schedule) -> Schedule:
        """Add a schedule, whose `id` is 0, or change one. Its times count from now.

        Raises UserError as `checked_when` for its time, as `Runs.start` and `Recipes.get` for what it is to do, as
        `listing_of` for its folder, `schedule.bad_name`, `schedule.name_taken` and `schedule.missing`; as
        `Timers.install` where it has a timer, and is saved then.
        """
        checked = self._checked(schedule)
        there = self._listing(checked)
        schedules = self._store.schedules
        saved = schedules.replace(checked) if schedule.id else schedules.add(checked)
        if there is not None:
            schedules.keep_listing(saved.id, there)
        self.keeper.forget(saved.id)
        self._changed()
        if saved.timer:
            self.timers.install(saved)
        elif schedule.id:
            self.timers.remove(saved.id)
        return saved

    def set_timer(self, id: int, on: bool) -> Schedule:
        """Have the system start it while Coterie is closed, or no longer. Raises UserError as `Timers.install`."""
        schedule = self._store.schedules.get(id)
        if on:
            self.timers.install(schedule)
        else:
            self.timers.remove(id)
        self._store.schedules.change(id, timer=on)
        self._changed()
        return msgspec.structs.replace(schedule, timer=on)

    def pause(self, id: int, paused: bool = True) -> Schedule:
        """Start nothing any more, or again; times that passed meanwhile are not made up for."""
        now = self._clock()
        self.keeper.forget(id)
        changed = self._store.schedules.change(id, paused=paused, checked=now)
        if changed is None:
            raise UserError("schedule.missing", name=str(id))
        if not paused and isinstance(changed.when, Once) and changed.when.at <= now:
            self._store.schedules.change(id, paused=True)
            raise UserError("schedule.past")
        if not paused and (there := self._listing(changed)) is not None:
            self._store.schedules.keep_listing(id, there)
        self._changed()
        return changed

    def remove(self, id: int) -> None:
        """Delete it; its runs stay, and one that is under way goes on. Raises UserError `schedule.missing`."""
        if not self._store.schedules.delete(id):
            raise UserError("schedule.missing", name=str(id))
        self.timers.remove(id)
        self._changed()

    def see(self, run: int) -> None:
        """A person looks at a run."""
        if self._store.firings.see(run):
            self._events.publish(SchedulesChanged())

    def fire(self, id: int) -> RunRecord:
        """Start it now, whenever it is due. Raises UserError as `Runs.start` and `Recipes.get` do, and
        `schedule.under_way`."""
        return self.keeper.fire(self._store.schedules.get(id))

    def begin(self) -> None:
        """Start what is due from now on, on a thread of its own."""
        self.keeper.begin()

    def close(self) -> None:
        self.keeper.close()

    def _listing(self, schedule: Schedule) -> Listing | None:
        """What is in its folder now, which is no cause."""
        if not isinstance(schedule.when, FolderChange):
            return None
        return listing_of(Path(schedule.workspace), schedule.when.pattern)

    def _changed(self) -> None:
        self.keeper.look_soon()
        self._events.publish(SchedulesChanged())

    def _checked(self, schedule: Schedule) -> Schedule:
        now = self._clock()
        when = checked_when(schedule.when, now)
        task, recipe, name = clean_text(schedule.task).strip(), "", schedule.name
        if schedule.recipe:
            known = self._runs.recipes.get(schedule.recipe)
            words = filled(known, schedule.values)
            # One that lies anywhere could be changed by a run: its words are kept as they are now.
            recipe, task = ("", words) if schedule.recipe.endswith(".toml") else (schedule.recipe, "")
            name = name.strip() or known.title
        elif not task:
            raise UserError("run.no_task")
        if len(task) > MOST_TASK:
            raise UserError("run.task_too_large", length=len(task), most=MOST_TASK)
        if is_remote(schedule.model):
            parse_name(schedule.model)
        name = title_from(clean_text(name).strip() or task)[:MOST_NAME]
        if not name or name.isdecimal():
            raise UserError("schedule.bad_name", name=name)
        return msgspec.structs.replace(
            schedule,
            name=name,
            task=task,
            recipe=recipe,
            values=schedule.values if recipe else {},
            workspace=self._runs.workspace(schedule.workspace),
            when=when,
            created=schedule.created or now,
            checked=now,
        )
