"""Widgets side by side in lines, as many as there is room for, placed by hand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget


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
