"""Menus with rounded corners."""

from __future__ import annotations

import re

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QIcon, QPainterPath, QRegion, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from app.desktop.base.theme import themes

# Of the corners, as the style sheet draws them.
RADIUS = 8
# "&Undo", and "실행 취소(&U)".
_MNEMONIC = re.compile(r"\s?\(&\w\)|&")


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


def menu_of_field(made: QMenu, field: QWidget) -> Menu:
    """A menu of all that Qt offers for a field, `made`, without the letters that no other menu underlines. Deletes
    itself when it closes."""
    menu = Menu(field)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    made.setParent(menu, made.windowFlags())  # which keeps its actions
    for action in made.actions():
        action.setText(_MNEMONIC.sub("", action.text()))
        menu.addAction(action)
    return menu
