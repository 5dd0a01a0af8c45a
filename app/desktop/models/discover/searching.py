"""Searches the hub: one query at a time, results as they come, more when they are looked at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.text.words import active_parameters
from engine.errors import UserError
from engine.hub.values import HubModel, Query, Verdict

if TYPE_CHECKING:
    from app.desktop.base.tasks import Task
    from app.services.services import Services

AT_ONCE = 40


class Pace:
    """Lets a search run ahead of the reader so far and no further: it waits in its thread for `more`."""

    def __init__(self, wanted: int) -> None:
        self._condition = threading.Condition()
        self._wanted, self._have, self._ended = wanted, 0, False

    def found(self, count: int) -> None:
        with self._condition:
            self._have += count

    def more(self) -> None:
        """As many again as there are."""
        with self._condition:
            self._wanted = max(self._wanted, self._have + AT_ONCE)
            self._condition.notify_all()

    def waits(self) -> bool:
        """Whether enough was found for now."""
        with self._condition:
            return self._have >= self._wanted

    def end(self) -> None:
        with self._condition:
            self._ended = True
            self._condition.notify_all()

    def wait(self) -> None:
        """Return when more is wanted, or nothing any more."""
        with self._condition:
            self._condition.wait_for(lambda: self._ended or self._have < self._wanted)


class Searching(QObject):
    """`found` carries a batch of results, `judged` later what they would be on this machine, as verdicts by their
    repositories; `ended` says that there are no more, `failed` carries a UserError."""

    found = Signal(object)
    judged = Signal(object)
    ended = Signal()
    failed = Signal(object)

    def __init__(self, calls: ServiceCalls, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._task: Task | None = None
        self._pace = Pace(0)

    def search(self, query: Query) -> None:
        """Drop what was searched for before, and search for this."""
        self.cancel()
        pace = self._pace = Pace(AT_ONCE)
        self._task = self._calls.stream(
            lambda services, task: _search(services, query, task, pace),
            self._take,
            self._done,
            self._wrong,
            executor="search",
            owner=self,
        )

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def more(self) -> None:
        """The end of the list is near: go on, if there is anything to go on with."""
        self._pace.more()

    def running(self) -> bool:
        return self._task is not None

    def waits(self) -> bool:
        """Whether there may be more, which nobody asked for yet."""
        return self._task is not None and self._pace.waits()

    def _take(self, models: tuple[HubModel, ...]) -> None:
        self.found.emit(models)
        self._calls.do(
            lambda s: _guesses(s, models),
            self.judged.emit,
            lambda _: None,  # the Placement page says what is wrong with the machine
            executor="io",
            owner=self,
        )

    def _done(self, _: object) -> None:
        self._task = None
        self.ended.emit()

    def _wrong(self, error: UserError) -> None:
        self._task = None
        self.failed.emit(error)


def _search(services: Services, query: Query, task: Task, pace: Pace) -> None:
    task.when_cancelled(pace.end)

    def found(models: tuple[HubModel, ...]) -> None:
        pace.found(len(models))
        task.tell(models)

    def keep_going() -> bool:
        if task.keep_going():
            pace.wait()
        return task.keep_going()

    search: Callable[..., None] = services.hub.search
    search(query, found, keep_going)


def _guesses(services: Services, models: Iterable[HubModel]) -> dict[str, Verdict]:
    """What each repository would be on this machine, where the hub tells how large its model is."""
    known = [model for model in models if model.parameters]
    return {
        model.repo: services.hub.guess(model.parameters, active_parameters(model.repo)) for model in known
    }
