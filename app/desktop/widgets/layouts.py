"""Rows and columns whose margins and gaps follow the text size of the settings."""

from __future__ import annotations

from typing import ClassVar
from weakref import WeakSet

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QLayout, QWidget
from shiboken6 import isValid

from app.desktop.base.theme import themes

Part = QWidget | QLayout
# What stands in a row or column: a part, with its stretch and alignment where it has them. A number is empty room
# that stretches.
Item = Part | int | tuple[Part, int] | tuple[Part, int, Qt.AlignmentFlag]
STRETCH = 1


class Box(QBoxLayout):
    """Its measures are in pixels at a text size of 100 %; `margins` left, top, right and bottom."""

    DIRECTION: ClassVar[QBoxLayout.Direction]
    _scaled: ClassVar[WeakSet[Box]] = WeakSet()

    def __init__(
        self,
        *items: Item,
        parent: QWidget | None = None,
        margins: tuple[float, float, float, float] | None = None,
        spacing: float | None = None,
    ) -> None:
        super().__init__(self.DIRECTION)
        if parent is not None:
            parent.setLayout(self)
        self._margins, self._gap = margins, spacing
        self.setContentsMargins(0, 0, 0, 0)
        for item in items:
            self.add(item)
        if margins or spacing is not None:
            self._scale()
            self._scaled.add(self)

    def add(self, item: Item) -> None:
        """Put one more at the end."""
        part, stretch, *alignment = item if isinstance(item, tuple) else (item, 0)
        if isinstance(part, int):
            self.addStretch(part)
            return
        if isinstance(part, QWidget):
            self.addWidget(part, stretch)
        else:
            self.addLayout(part, stretch)
        if alignment:
            self.setAlignment(part, alignment[0])

    def drop(self, *widgets: QWidget) -> None:
        """Take widgets out for good. They are hidden first: one that was about to be shown would come up as a window
        of its own."""
        for widget in widgets:
            self.removeWidget(widget)
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()

    def set_margins(self, left: float, top: float, right: float, bottom: float) -> None:
        self._margins = (left, top, right, bottom)
        self._scale()
        self._scaled.add(self)

    def _scale(self) -> None:
        px = themes.current.px
        if self._margins:
            self.setContentsMargins(*(px(margin) if margin else 0 for margin in self._margins))
        if self._gap is not None:
            self.setSpacing(px(self._gap) if self._gap else 0)

    @classmethod
    def scale_all(cls) -> None:
        """Follow the text size; before the widgets do, which may measure themselves."""
        for box in tuple(cls._scaled):
            if isValid(box):
                box._scale()


class Row(Box):
    """Parts side by side."""

    DIRECTION = QBoxLayout.Direction.LeftToRight


class Column(Box):
    """Parts below each other."""

    DIRECTION = QBoxLayout.Direction.TopToBottom


def discard(widget: QWidget, layout: QLayout | None = None) -> None:
    """Take a widget away: out of sight and of its layout at once, deleted when nothing runs in it any more."""
    if layout is not None:
        layout.removeWidget(widget)
    widget.hide()
    widget.deleteLater()


themes.changed.connect(Box.scale_all)
