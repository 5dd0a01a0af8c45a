"""Widgets side by side in lines, as many as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.base.theme import themes


def flow(widgets: Sequence[QWidget], room: QRect, gap: int, *, last_at_right: bool = False) -> int:
    """Puts what is not hidden into `room` by its size hints; returns the height that takes.

    `last_at_right`: the last one stands at the right edge where all fit on one line.
    """
    shown = [widget for widget in widgets if not widget.isHidden()]
    x, y, tall = 0, 0, 0
    line: list[QWidget] = []
    lines = 1
    for widget in shown:
        size = widget.sizeHint()
        width = min(size.width(), room.width())
        if line and x + width > room.width():
            _centre(line, room.top() + y, tall)
            x, y, tall, line = 0, y + tall + gap, 0, []
            lines += 1
        widget.setGeometry(room.left() + x, room.top() + y, width, size.height())
        line.append(widget)
        x += width + gap
        tall = max(tall, size.height())
    _centre(line, room.top() + y, tall)
    if last_at_right and lines == 1 and len(shown) > 1:
        shown[-1].move(room.right() + 1 - shown[-1].width(), shown[-1].y())
    return y + tall


def _centre(line: Sequence[QWidget], top: int, tall: int) -> None:
    for widget in line:
        widget.move(widget.x(), top + (tall - widget.height()) // 2)


class FlowRow(QWidget):
    """Widgets side by side that break into lines, each as wide as its words. `gap` is their distance in pixels at a
    text size of 100 %, `last_at_right` as in `flow`."""

    def __init__(
        self, parent: QWidget | None = None, *widgets: QWidget, gap: int = 8, last_at_right: bool = False
    ) -> None:
        super().__init__(parent)
        self._widgets: list[QWidget] = []
        self._gap, self._last_at_right = gap, last_at_right
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        for widget in widgets:
            self.add(widget)
        themes.changed.connect(self.refit)

    def add(self, widget: QWidget) -> None:
        widget.setParent(self)
        self._widgets.append(widget)

    def refit(self) -> None:
        """A widget changed its size or came or went."""
        self.setFixedHeight(self._place(self.width()))
        self.updateGeometry()

    def _place(self, width: int) -> int:
        """Put the widgets where they go in a width; the height that takes."""
        room, gap = QRect(0, 0, width, 0), themes.current.px(self._gap)
        return flow(self._widgets, room, gap, last_at_right=self._last_at_right)

    def sizeHint(self) -> QSize:
        shown = [widget.sizeHint() for widget in self._widgets if not widget.isHidden()]
        gaps = themes.current.px(self._gap) * max(0, len(shown) - 1)
        wide = sum(size.width() for size in shown) + gaps
        return QSize(wide, self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(60), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self.setFixedHeight(self._place(self.width()))
