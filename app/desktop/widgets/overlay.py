"""A card over the window that takes the keyboard until it is closed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.layouts import Column


class Overlay(ThemedWidget):
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
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._before = None
        self.closed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.card.geometry().contains(event.position().toPoint()):
            self.close_overlay()

    def focusNextPrevChild(self, forward: bool) -> bool:
        # What lies under the overlay is out of reach while it is open: the focus stays in its one field.
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self.parentWidget().rect())
        return False

    def restyle(self) -> None:
        px = themes.current.px
        self.layout().setContentsMargins(px(18), px(72), px(18), px(18))
        self._fit_card()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_card()
        self.layout().activate()  # it has placed the card already, as wide as that was

    def _fit_card(self) -> None:
        """Not wider than the window."""
        px = themes.current.px
        self.card.setFixedWidth(min(px(self._width), max(px(120), self.width() - 2 * px(18))))

    def paintEvent(self, event: QPaintEvent) -> None:
        veil = QColor(themes.current.background)
        veil.setAlpha(170)
        QPainter(self).fillRect(self.rect(), veil)
