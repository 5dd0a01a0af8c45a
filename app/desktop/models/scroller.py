"""A column of cards that scrolls, no wider than can be read with ease."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.desktop.theme import themes

COLUMN = 1080


class ColumnScroller(QScrollArea):
    """`column` takes the contents; it stands in the middle where there is more room than it needs."""

    def __init__(self, parent: QWidget | None = None, *, most: int = COLUMN, margin: int = 28) -> None:
        super().__init__(parent)
        self._most, self._margin = most, margin
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget(self)
        page.setProperty("kind", "page")
        self.inside = QWidget(page)
        self.column = QVBoxLayout(self.inside)
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(self.inside, 1000)
        row.addStretch(1)
        self.setWidget(page)
        themes.changed.connect(self._restyle)
        self._restyle()

    def show_whole(self, widget: QWidget) -> None:
        """Bring a widget of the column into sight."""
        self.ensureWidgetVisible(widget, 0, themes.current.px(12))

    def _restyle(self) -> None:
        px = themes.current.px
        margin = px(self._margin)
        self.column.setContentsMargins(margin, px(20) if margin else 0, margin, margin)
        self.column.setSpacing(px(12))
        self.inside.setMaximumWidth(px(self._most))
