"""The question before the window is closed while something is at work."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import announce, text_label, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Row
from app.desktop.widgets.overlay import Overlay

WIDTH = 440


class QuitSheet(Overlay):
    """`agreed`: close it all the same."""

    agreed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, WIDTH)
        self._answers, self._runs, self._served = 0, list[str](), 0
        self.title = text_label(self.card, "title")
        self.words = wrapped_label(self.card)
        self.stay, self.leave = push_button(self.card, "primary"), push_button(self.card)
        for label in (self.title, self.words):
            self.inside.addWidget(label)
        self.inside.addLayout(Row(STRETCH, self.leave, self.stay, spacing=8))
        self.inside.set_margins(20, 18, 20, 18)
        self.stay.clicked.connect(self.close_overlay)
        self.leave.clicked.connect(self.agreed)
        self.refresh()

    def ask(self, answers: int, runs: Sequence[str], served: int) -> None:
        """So many answers are being written, the runs of these titles are at work, and other programs get or wait
        for so many answers."""
        self._answers, self._runs, self._served = answers, list(runs), served
        self.retranslate()
        self.open()
        self.stay.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, f"{self.title.text()} {self.words.text()}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_overlay()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            (self.leave if self.leave.hasFocus() else self.stay).click()
        else:
            super().keyPressEvent(event)

    def retranslate(self) -> None:
        self.title.setText(self.tr("Quit Coterie?"))
        parts = []
        if self._answers == 1:
            parts.append(self.tr("An answer is still being written. It will stop, and what’s there is kept."))
        elif self._answers:
            parts.append(
                self.tr("Answers are still being written. They will stop, and what’s there is kept.")
            )
        if len(self._runs) == 1:
            parts.append(
                self.tr("“{title}” is still running and will be interrupted.").format(title=self._runs[0])
            )
        elif self._runs:
            parts.append(
                self.tr("{count} runs are still in progress and will be interrupted.").format(
                    count=len(self._runs)
                )
            )
        if self._served:
            parts.append(self.tr("Other programs are being answered. Their answers will stop."))
        self.words.setText("\n".join(parts))
        self.stay.setText(self.tr("Keep working"))
        self.leave.setText(self.tr("Quit anyway"))
