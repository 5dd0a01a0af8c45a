"""Where the keyboard is, and how that is seen on a card."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QApplication, QWidget

from app.desktop.base.theme import themes


def holds_focus(widget: QWidget) -> bool:
    """Whether the focus is on a widget or within it."""
    now = QApplication.focusWidget()
    return now is not None and (now is widget or widget.isAncestorOf(now))


def draw_ring(card: QWidget) -> None:
    """The focus ring of a card; from its `paintEvent`."""
    theme = themes.current
    painter = QPainter(card)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.accent), 2))
    painter.drawRoundedRect(card.rect().adjusted(1, 1, -1, -1), theme.px(12), theme.px(12))
