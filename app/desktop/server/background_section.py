"""What the server does without a window: after it is closed, and from login on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from app.desktop.background import start_at_login
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tasks import Task
from app.desktop.forms.form import Field, FormSection
from app.desktop.widgets.switch import Switch
from engine.errors import UserError


class BackgroundSection(FormSection):
    """`read` shows whether the system starts Coterie, which others may have changed."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(lambda **fields: self._change(**fields), parent)
        self._calls = calls
        self._reading: Task | None = None
        self.login = Switch(self)
        self.login.clicked.connect(self._turn)
        self.refresh()

    def read(self) -> None:
        self._read_no_more()
        self._reading = self._calls.do(
            lambda _: start_at_login.is_on(), self.login.setChecked, executor="io", owner=self
        )

    def _read_no_more(self) -> None:
        """What was true before a click would be shown after it."""
        if self._reading is not None:
            self._reading.cancel()

    def _change(self, **fields: Any) -> None:
        self._calls.do(lambda s: s.settings.change(**fields))

    def _turn(self, on: bool) -> None:
        self._read_no_more()
        self._calls.do(
            lambda _: start_at_login.turn(on), lambda _: self.read(), self._failed, executor="io", owner=self
        )

    def _failed(self, error: UserError) -> None:
        self.read()
        self._calls.failed.emit(error)

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("In the background"))
        choices: Sequence[tuple[Any, str]] = (
            ("ask", self.tr("Ask")),
            ("keep", self.tr("Keep serving")),
            ("quit", self.tr("Quit")),
        )
        return (
            Field(
                "server_when_closed",
                self.tr("When the window is closed"),
                self.tr(
                    "While the server is on. “Keep serving” lets programs go on using your models. To bring the"
                    " window back, start Coterie again."
                ),
                choices,
            ),
            Field(
                "login",
                self.tr("Start at login"),
                self.tr("Without a window. The server is on if you left it on."),
                self.login,
            ),
        )
