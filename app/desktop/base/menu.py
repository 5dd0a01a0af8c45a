"""Menus with rounded corners."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QIcon, QPainterPath, QRegion, QResizeEvent
from PySide6.QtWidgets import QMenu

from app.desktop.base.theme import themes

# Of the corners, as the style sheet draws them.
RADIUS = 8


class Menu(QMenu):
    """A menu whose window ends where its outline does, also where no compositor makes corners transparent."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        radius, outline = themes.current.px(RADIUS), QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), radius, radius)
        self.setMask(QRegion(outline.toFillPolygon().toPolygon()))

    def add_menu(self, icon: QIcon, text: str) -> Menu:
        """A menu inside this one; an action opens it."""
        inside = Menu(self)
        inside.setTitle(text)
        inside.setIcon(icon)
        self.addMenu(inside)
        return inside
