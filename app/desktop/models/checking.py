"""Verifies and repairs models, one after the other: two at once would only make one disk slower."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from app.services.library.events import VerifyProgress
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.services import Services
    from engine.hub.transfer import StopToken, Verification


class Check(NamedTuple):
    """A model to read again; with `repair` what is wrong is fetched anew."""

    model: str
    repair: bool


class Checking(QObject):
    """`changed` carries the id of a model that waits, is read or is done; `ended` its id and a `Verification`,
    `failed` its id and a UserError."""

    changed = Signal(str)
    ended = Signal(str, object)
    failed = Signal(str, object)

    def __init__(self, calls: ServiceCalls, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._waiting: deque[Check] = deque()
        self._running: Check | None = None
        self._stop: StopToken | None = None
        self._progress: VerifyProgress | None = None

    def start(self, model: str, *, repair: bool = False) -> None:
        if self.of(model) is None:
            self._waiting.append(Check(model, repair))
            self._next()
            self.changed.emit(model)

    def stop(self, model: str) -> None:
        """Take it back, or end it where it is."""
        if self._running is not None and self._running.model == model:
            if self._stop is not None:
                self._stop.cancel()
            return
        self._waiting = deque(check for check in self._waiting if check.model != model)
        self.changed.emit(model)

    def stop_all(self) -> None:
        """The window closes."""
        self._waiting.clear()
        if self._stop is not None:
            self._stop.cancel()

    def of(self, model: str) -> Check | None:
        """What is to be done with a model, if anything."""
        if self._running is not None and self._running.model == model:
            return self._running
        return next((check for check in self._waiting if check.model == model), None)

    def progress(self, model: str) -> VerifyProgress | None:
        """How far it is; None while it waits."""
        running = self._running is not None and self._running.model == model
        return self._progress if running else None

    def take_progress(self, progress: VerifyProgress) -> None:
        if self._running is not None and self._running.model == progress.model:
            self._progress = progress
            self.changed.emit(progress.model)

    def _next(self) -> None:
        if self._running is not None or not self._waiting:
            return
        from engine.hub.transfer import StopToken  # with the transfer behind it: not at the start

        check = self._running = self._waiting.popleft()
        stop = self._stop = StopToken()
        self._progress = None

        def work(services: Services) -> Verification:
            return services.library.verify(check.model, check.repair, stop)

        self._calls.do(
            work,
            lambda found: self._done(check, found),
            lambda error: self._wrong(check, error),
            executor="files",
            owner=self,
        )

    def _end(self) -> None:
        self._running = self._stop = self._progress = None
        self._next()

    def _done(self, check: Check, found: Verification) -> None:
        self._end()
        self.changed.emit(check.model)
        self.ended.emit(check.model, found)

    def _wrong(self, check: Check, error: UserError) -> None:
        self._end()
        self.changed.emit(check.model)
        if error.code != "library.stopped":
            self.failed.emit(check.model, error)
