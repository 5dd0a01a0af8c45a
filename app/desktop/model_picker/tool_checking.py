"""Checks how well models use tools, one at a time, for all pages of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tasks import Task
from engine.errors import UserError

if TYPE_CHECKING:
    from agents.check.check import Checked
    from app.services.services import Services


class ToolCheckUnderWay(NamedTuple):
    """`path` is the model's file, `name` what it is called; `total` is 0 until the first task is done."""

    path: str
    name: str
    done: int = 0
    total: int = 0


class ToolChecking(QObject):
    """`changed` comes when `now` does. `ended` carries the model's name and a `Checked`, `failed` a UserError; a
    check that was cancelled tells neither."""

    changed = Signal()
    ended = Signal(str, object)
    failed = Signal(object)

    def __init__(self, calls: ServiceCalls, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._task: Task | None = None
        self.now: ToolCheckUnderWay | None = None

    def start(self, path: str, name: str) -> None:
        """Check the model at `path`; it is loaded when it is not. Nothing while another one is under way."""
        if self.now is not None or self._calls.services is None:
            return
        self._set(ToolCheckUnderWay(path, name))

        def work(services: Services, task: Task) -> Checked | None:
            return services.tool_checks.run(
                path, lambda done, total: task.tell((done, total)), lambda: not task.keep_going()
            )

        self._task = self._calls.stream(work, self._take, self._done, self._wrong)

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._set(None)

    def of(self, path: str) -> ToolCheckUnderWay | None:
        """The check that is under way, when it is this model's."""
        return self.now if self.now is not None and self.now.path == path else None

    def _take(self, progress: tuple[int, int]) -> None:
        if self.now is not None:
            done, total = progress
            self._set(self.now._replace(done=done, total=total))

    def _done(self, found: Checked | None) -> None:
        name = self.now.name if self.now is not None else ""
        self._set(None)
        if found is not None:
            self.ended.emit(name, found)

    def _wrong(self, error: UserError) -> None:
        self._set(None)
        self.failed.emit(error)

    def _set(self, now: ToolCheckUnderWay | None) -> None:
        self.now = now
        if now is None:
            self._task = None
        self.changed.emit()
