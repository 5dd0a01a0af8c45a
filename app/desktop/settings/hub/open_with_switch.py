"""A switch that says whether the system opens model links and files with Coterie, as it is now, and changes it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tasks import Task
from app.desktop.widgets.switch import Switch
from app.integration import open_with
from engine.errors import UserError


class OpenWithSwitch(Switch):
    """`read` asks the system, which others may have told something else meanwhile."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._reading: Task | None = None
        self.clicked.connect(self._turn)

    def read(self) -> None:
        self._read_no_more()
        self._reading = self._calls.do(
            lambda _: open_with.is_on(), self.setChecked, executor="io", owner=self
        )

    def _read_no_more(self) -> None:
        """What was true before a click would be shown after it."""
        if self._reading is not None:
            self._reading.cancel()

    def _turn(self, on: bool) -> None:
        self._read_no_more()
        self._calls.do(
            lambda _: open_with.turn(on), lambda _: self.read(), self._failed, executor="io", owner=self
        )

    def _failed(self, error: UserError) -> None:
        self.read()
        self._calls.failed.emit(error)
