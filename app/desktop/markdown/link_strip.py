"""The question before a link is opened: the whole address, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QWidget

from app.desktop.widgets.banner import Banner, BannerAction

# From the lower edge of what it floats on.
ABOVE_EDGE = 12


class LinkStrip(Banner):
    """Floats on what it belongs to. `agreed` carries the address that is to be opened; `answered` comes whenever the
    question is over."""

    agreed = Signal(str)
    answered = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, framed=True)

    def ask(self, address: str) -> None:
        """Shows the whole address; the harmless answer has the focus."""
        actions = [
            BannerAction(self.tr("Open"), lambda: self._answer(lambda: self.agreed.emit(address))),
            BannerAction(
                self.tr("Copy address"),
                lambda: self._answer(lambda: QGuiApplication.clipboard().setText(address)),
            ),
            BannerAction(self.tr("Cancel"), self.drop),
        ]
        self.say(self.tr("Open this address?") + "\n" + address, actions, "accent")
        self.raise_()

    def _answer(self, act: Callable[[], object]) -> None:
        self.drop()
        act()

    def drop(self) -> None:
        """Takes the question back."""
        if not self.isHidden():
            self.hide()
            self.answered.emit()

    def focus_last(self) -> None:
        """Puts the focus on the harmless answer, which is the last."""
        self._buttons[-1].setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.drop()
        else:
            super().keyPressEvent(event)

    def place(self, left: int, width: int, height: int) -> None:
        """Puts it at the lower edge of a parent of that height."""
        tall = self.fit(width)
        self.setGeometry(left, height - tall - ABOVE_EDGE, width, tall)
