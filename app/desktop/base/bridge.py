"""The only place where events of services become signals of Qt.

Services call their subscribers from their own threads, up to thousands of times a second. The bridge keeps
what came, joins what belongs together and emits it in the GUI thread, at most about sixty times a second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.services.events import ServiceEvent
from app.services.hub.events import DownloadProgress
from app.services.library.events import MoveProgress, VerifyProgress
from app.services.models.events import (
    ActivityChanged,
    ArgumentsDelta,
    CacheChanged,
    GenerationQueued,
    ModelChanged,
    PromptProgress,
    TextDelta,
)
from app.services.placement.events import ExpertsChanged, TuneProgress
from app.services.settings.settings import Settings, SettingsChanged

if TYPE_CHECKING:
    from app.services.services import Services

INTERVAL_MS = 16


def coalesce(events: Sequence[ServiceEvent]) -> list[ServiceEvent]:
    """The same story in fewer events: neighbouring deltas of one answer or turn are joined, of neighbouring progress
    reports only the last one counts. Order is kept."""
    joined: list[ServiceEvent] = []
    for event in events:
        last = joined[-1] if joined else None
        if isinstance(event, TextDelta) and isinstance(last, TextDelta) and last.owner == event.owner:
            joined[-1] = TextDelta(
                event.owner,
                last.reasoning + event.reasoning,
                last.content + event.content,
                last.pieces + event.pieces,
            )
        elif (
            isinstance(event, ArgumentsDelta)
            and isinstance(last, ArgumentsDelta)
            and (last.owner, last.call) == (event.owner, event.call)
        ):
            joined[-1] = msgspec.structs.replace(event, text=last.text + event.text)
        elif last is not None and _replaces(event, last):
            joined[-1] = event
        else:
            joined.append(event)
    return joined


def _replaces(event: ServiceEvent, last: ServiceEvent) -> bool:
    """Whether the last report says nothing any more once this one is there."""
    if isinstance(event, GenerationQueued | PromptProgress):
        return isinstance(last, GenerationQueued | PromptProgress) and last.owner == event.owner
    if isinstance(event, ModelChanged) and isinstance(last, ModelChanged):
        return last.state == event.state == "loading"
    if isinstance(event, ExpertsChanged) and isinstance(last, ExpertsChanged):
        return last.conversation == event.conversation
    if isinstance(event, DownloadProgress) and isinstance(last, DownloadProgress):
        return last.download == event.download
    if isinstance(event, VerifyProgress) and isinstance(last, VerifyProgress):
        return last.model == event.model
    return type(event) is type(last) and isinstance(
        event, ActivityChanged | CacheChanged | TuneProgress | MoveProgress
    )


class Bridge(QObject):
    """`events` carries a list of `app.services.events`; `settings_changed` the new `Settings`."""

    events = Signal(list)
    settings_changed = Signal(object)
    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._waiting: list[ServiceEvent] = []
        self._settings: Settings | None = None
        self._scheduled = False
        self._last = 0.0
        self._unsubscribe: Callable[[], None] = lambda: None
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._flush)
        self._woken.connect(self._wake, Qt.ConnectionType.QueuedConnection)

    def attach(self, services: Services) -> None:
        """Subscribe to everything that `services` publish."""
        self._unsubscribe = services.events.follow(self.receive)

    def detach(self) -> None:
        """Hear nothing more, and forget what has not been emitted."""
        self._unsubscribe()
        with self._lock:
            self._waiting.clear()
        self._timer.stop()

    def receive(self, events: Sequence[ServiceEvent]) -> None:
        """Take what was published at once, which stays together; from any thread, returns at once."""
        with self._lock:
            for event in events:
                if isinstance(event, SettingsChanged):
                    self._settings = event.settings
                else:
                    self._waiting.append(event)
            if self._scheduled:
                return
            self._scheduled = True
        self._woken.emit()

    @Slot()
    def _wake(self) -> None:
        passed = (time.monotonic() - self._last) * 1000
        if passed >= INTERVAL_MS:
            self._flush()
        else:
            self._timer.start(round(INTERVAL_MS - passed))

    @Slot()
    def _flush(self) -> None:
        with self._lock:
            events, self._waiting = self._waiting, []
            settings, self._settings = self._settings, None
            self._scheduled = False
        self._last = time.monotonic()
        if settings is not None:
            self.settings_changed.emit(settings)
        if events:
            self.events.emit(coalesce(events))
