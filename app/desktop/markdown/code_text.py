"""The lines of a code block."""

from __future__ import annotations

import math

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QTextOption, QWheelEvent
from PySide6.QtWidgets import QTextEdit, QWidget

from app.desktop.markdown.selectable import Selectable
from app.desktop.markdown.text_browser import SCROLL_KEYS, show_only
from app.desktop.markdown.text_menu import text_menu


class CodeText(Selectable, QTextEdit):
    """Read-only text that leaves vertical scrolling to the transcript."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        show_only(self)
        self.setLineWrapMode(QTextEdit.LineWrapMode.NoWrap)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.wraps = False
        self.wrap(False)

    def wrap(self, on: bool) -> None:
        """Break lines that are longer than there is room."""
        self.wraps = on
        mode, lines = QTextOption.WrapMode, QTextEdit.LineWrapMode
        self.setLineWrapMode(lines.WidgetWidth if on else lines.NoWrap)
        option = QTextOption()
        option.setWrapMode(mode.WrapAtWordBoundaryOrAnywhere if on else mode.NoWrap)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        self.document().setDefaultTextOption(option)
        bars = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(bars.ScrollBarAlwaysOff if on else bars.ScrollBarAsNeeded)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """The lines, some room below them, and the scroll bar where a line is longer."""
        if self.wraps:
            self.document().setTextWidth(width)
        size = self.document().size()
        return math.ceil(size.height()) + 8 + (10 if size.width() > width else 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        text_menu(self, event.pos()).popup(event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta()
        sideways = abs(turn.x()) > abs(turn.y()) or event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if not (sideways and self.horizontalScrollBar().maximum() > 0):
            event.ignore()
            return
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (turn.x() or turn.y()) // 2)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in SCROLL_KEYS and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)
