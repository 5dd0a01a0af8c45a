"""A field with a numbered step on each line, which can be moved up and down."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QWidget

from agents.permissions.visible import visible
from agents.plan import tidied
from app.desktop.base.theme import themes
from app.desktop.text_entry.entry import PlainEntry

LEAST_LINES = 3
_WRAPS = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere
_MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class StepsEntry(PlainEntry):
    """`height_changed` comes when it needs more or fewer lines. Alt+Up and Alt+Down move the step at the cursor."""

    height_changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "field")
        self.setTabChangesFocus(True)
        self.wrap_anywhere(False)
        self._numbers = _Numbers(self)
        self._lines = 0
        self.most_lines = 14
        self.textChanged.connect(self._changed)
        self.updateRequest.connect(lambda *_: self._numbers.update())
        self.cursorPositionChanged.connect(self._numbers.update)

    def show_steps(self, steps: Sequence[str]) -> None:
        self.setPlainText("\n".join(visible(step) for step in steps))

    def steps(self) -> tuple[str, ...]:
        return tidied(self.toPlainText().splitlines())

    def move_step(self, by: int) -> None:
        """Move the line at the cursor up (-1) or down (1)."""
        cursor = self.textCursor()
        at, column = cursor.blockNumber(), cursor.positionInBlock()
        lines = self.toPlainText().split("\n")
        if not 0 <= at + by < len(lines):
            return
        lines[at], lines[at + by] = lines[at + by], lines[at]
        cursor.beginEditBlock()
        first = min(at, at + by)
        cursor.setPosition(self.document().findBlockByNumber(first).position())
        end = self.document().findBlockByNumber(first + 1)
        cursor.setPosition(end.position() + end.length() - 1, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText("\n".join(lines[first : first + 2]))
        cursor.endEditBlock()
        cursor.setPosition(self.document().findBlockByNumber(at + by).position() + column)
        self.setTextCursor(cursor)

    def height_for(self, width: int) -> int:
        """The height for all lines, up to the most."""
        metrics = QFontMetricsF(self.font())
        room = QRectF(0, 0, max(40, width - self._margin() - 2 * themes.current.px(12)), 1e6)
        high = [
            metrics.boundingRect(room, _WRAPS, line or " ").height()
            for line in self.toPlainText().split("\n")
        ]
        line = metrics.lineSpacing()
        most = max(LEAST_LINES, self.most_lines) * line
        return math.ceil(min(most, max(LEAST_LINES * line, sum(high) + line / 2))) + themes.current.px(20)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = _MOVES.get(Qt.Key(event.key()), 0)
        if by and event.modifiers() == Qt.KeyboardModifier.AltModifier:
            self.move_step(by)
        else:
            super().keyPressEvent(event)

    def _changed(self) -> None:
        lines = self.document().blockCount()
        if lines != self._lines:
            self._lines = lines
            self.restyle()
        self.height_changed.emit()

    def _margin(self) -> int:
        digits = len(str(max(10, self.document().blockCount())))
        return self.fontMetrics().horizontalAdvance("9" * digits) + themes.current.px(14)

    def restyle(self) -> None:
        self.setViewportMargins(self._margin(), 0, 0, 0)
        self._place_numbers()

    def _place_numbers(self) -> None:
        inside = self.contentsRect()
        self._numbers.setGeometry(inside.left(), inside.top(), self._margin(), inside.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_numbers()

    def paint_numbers(self, painter: QPainter) -> None:
        """Count the steps: lines that are not empty."""
        theme = themes.current
        painter.setFont(self.font())
        painter.setPen(QColor(theme.muted))
        block, number, shift = self.document().firstBlock(), 0, self.contentOffset()
        top = self.viewport().y() - self._numbers.y()
        while block.isValid():
            place = self.blockBoundingGeometry(block).translated(shift)
            if place.top() > self.viewport().height():
                return
            number += bool(block.text().strip())
            if block.text().strip() and place.bottom() >= 0:
                line = QRectF(0, top + place.top(), self._numbers.width() - theme.px(6), place.height())
                painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, str(number))
            block = block.next()


class _Numbers(QWidget):
    def __init__(self, entry: StepsEntry) -> None:
        super().__init__(entry)
        self._entry = entry
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._entry.paint_numbers(QPainter(self))
