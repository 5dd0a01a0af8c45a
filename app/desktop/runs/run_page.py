"""One run: the bar over it, its steps, and what lies beside them."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.desktop.live import LiveWidget
from app.desktop.runs.plain_steps import PlainSteps
from app.desktop.runs.run_header import RunHeader


class RunPage(LiveWidget):
    """Only put together here; what happens on it is for the page to carry out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = RunHeader(self)
        self.steps = PlainSteps(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.steps, 1)
        self.refresh()
