"""Cards over the window that take the keyboard until they are closed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QPushButton, QWidget
from shiboken6 import isValid

from app.desktop.base.tab_order import step_focus
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Column, Row
from app.desktop.widgets.scroller import ColumnScroller, column_width

# Above the card.
TOP = 72
# The least height of what scrolls.
LEAST = 120


class Veil(ThemedWidget):
    """Dims what it covers."""

    pressed = Signal()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        veil = QColor(themes.current.background)
        veil.setAlpha(170)
        QPainter(self).fillRect(self.rect(), veil)


class Overlay(Veil):
    """Covers the window `parent`; a click beside the card closes it. Gives the focus back when it closes."""

    closed = Signal()

    def __init__(self, parent: QWidget, width: int) -> None:
        super().__init__(parent)
        self._width = width
        self._before: QWidget | None = None
        self.card = QFrame(self)
        self.card.setProperty("kind", "card")
        self.inside = Column(parent=self.card, margins=(12, 12, 12, 12), spacing=8)
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addWidget(self.card, 0, Qt.AlignmentFlag.AlignTop)
        row.addStretch(1)
        parent.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        self._before = QApplication.focusWidget()
        self.setGeometry(self.parentWidget().rect())
        self.show()
        self.raise_()

    def close_overlay(self) -> None:
        if self.isHidden():
            return
        self.hide()
        before = self._before
        # It may be gone: a field of the dialog in which a file was chosen, say.
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._before = None
        self.closed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.card.geometry().contains(event.position().toPoint()):
            self.close_overlay()

    def focusNextPrevChild(self, forward: bool) -> bool:
        # What lies under the overlay is out of reach while it is open: the focus goes round in the card.
        step_focus(self.card, forward=forward)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self.parentWidget().rect())
        return False

    def restyle(self) -> None:
        px = themes.current.px
        self.layout().setContentsMargins(px(18), px(TOP), px(18), px(18))
        self._fit_card()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_card()
        self.layout().activate()  # it has placed the card already, as wide as that was

    def _fit_card(self) -> None:
        """Not wider than the window."""
        px = themes.current.px
        self.card.setFixedWidth(min(px(self._width), max(px(120), self.width() - 2 * px(18))))


class Sheet(Overlay):
    """A title, a column that scrolls where the window is low, and a foot of buttons. Tab goes round in the card,
    Enter presses the button that has the focus or calls `confirm`, Esc closes."""

    def __init__(self, parent: QWidget, width: int) -> None:
        super().__init__(parent, width)
        self.title = text_label(self.card, "title", wraps=True)
        self.scroller = ColumnScroller(self.card, bare=True)
        self.scroller.setFixedHeight(LEAST)
        self.foot = Row(spacing=8)
        self.inside.set_margins(20, 18, 20, 18)
        for item in (self.title, self.scroller, self.foot):
            self.inside.add(item)

    def confirm(self) -> None:
        """Do what the sheet is for, if that can be done now."""

    def fit(self) -> None:
        """As high as what is in it; where the window is lower, the middle scrolls."""
        px, column = themes.current.px, self.scroller.column
        top = min(px(TOP), self.height() // 8)
        self.layout().setContentsMargins(px(18), top, px(18), px(18))
        self.inside.invalidate()
        around = self.inside.totalHeightForWidth(self.card.width()) - self.scroller.minimumHeight()
        wanted = column.totalHeightForWidth(column_width(self.card.width() - 2 * px(20) - 2))
        wanted = wanted if column.hasHeightForWidth() else column.totalSizeHint().height()
        self.scroller.inside.setFixedHeight(wanted)
        room = self.height() - top - px(18) - around
        self.scroller.setFixedHeight(min(wanted + px(4), max(px(LEAST), room)))
        self.inside.activate()
        self.layout().activate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def restyle(self) -> None:
        super().restyle()
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focus = QApplication.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self.close_overlay()
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif not isinstance(focus, QPushButton):
            self.confirm()
        elif not event.isAutoRepeat():
            focus.click()
