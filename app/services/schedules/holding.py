"""Why a schedule that is due waits: it takes nothing from whoever works at the computer, or from another run."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.services.models.models import Models
from app.services.runs.runs import Runs
from app.services.runs.values import RunRecord
from app.services.schedules.values import Hold
from app.store.schedules.records import Schedule
from app.store.store import Store
from engine.errors import UserError
from engine.remote.names import is_remote

_BATTERY_S = 20.0


class Holding:
    """`battery`: whether the computer is on its battery."""

    def __init__(self, runs: Runs, models: Models, store: Store, battery: Callable[[], bool]) -> None:
        self._runs, self._models, self._store, self._battery = runs, models, store, battery
        self._looked = (-_BATTERY_S, False)

    def reason(self, schedule: Schedule) -> Hold:
        """ "" where it may start. One run of schedules goes on at a time; those that wait for an answer do not
        count."""
        if not schedule.on_battery and self._on_battery():
            return "battery"
        if any(firing.state in ("claimed", "running") for firing in self._store.firings.under_way()):
            return "turn"
        return "model" if self._takes_model_away(schedule) else ""

    def _takes_model_away(self, schedule: Schedule) -> bool:
        """Whether another model would have to be loaded in the place of one that is at work."""
        if self._is_in_use(schedule):
            return False
        waiting = set(self.in_the_way(schedule))
        others = [run for run in self._under_way() if run.id not in waiting]
        return self._models.is_answering or bool(others)

    def in_the_way(self, schedule: Schedule) -> list[int]:
        """Runs of schedules that hold another model only because they wait for an answer."""
        if self._is_in_use(schedule):
            return []
        ours = {firing.run for firing in self._store.firings.under_way()}
        return [run.id for run in self._under_way() if run.state == "waiting" and run.id in ours]

    def _under_way(self) -> list[RunRecord]:
        """Runs of this process with a model of this computer."""
        return [
            run for run in self._store.runs.under_way() if not self._runs.is_elsewhere(run) and not run.remote
        ]

    def _is_in_use(self, schedule: Schedule) -> bool:
        if not schedule.model or is_remote(schedule.model):
            return True
        try:
            return self._models.resolved(schedule.model) == self._models.state.path
        except UserError:  # it is gone, which the run will say
            return True

    def _on_battery(self) -> bool:
        at, known = self._looked
        if time.monotonic() - at >= _BATTERY_S:
            known = self._battery()
            self._looked = (time.monotonic(), known)
        return known
