"""Where a task is written."""

from __future__ import annotations

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.desktop.base.theme import themes

LINES = 5


class TaskEditor(QPlainTextEdit):
    """A few lines of text; Tab leaves it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "field")
        self.setTabChangesFocus(True)
        themes.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        self.setFixedHeight(self.fontMetrics().lineSpacing() * LINES + themes.current.px(24))
