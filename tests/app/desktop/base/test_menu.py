"""The window of a menu has no corners outside of its outline."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QIcon
from pytestqt.qtbot import QtBot

from app.desktop.base.menu import Menu


def test_a_menu_and_one_inside_it_end_at_their_round_corners(qtbot: QtBot, looks: None) -> None:
    menu = Menu()
    qtbot.addWidget(menu)
    menu.addAction("Rename")
    inside = menu.add_menu(QIcon(), "Move")
    inside.addAction("Here")
    for shown in (menu, inside):
        shown.popup(QPoint(10, 10))
        rect = shown.rect()
        corners = (rect.topLeft(), rect.topRight(), rect.bottomLeft(), rect.bottomRight())
        assert not any(shown.mask().contains(corner) for corner in corners)
        assert shown.mask().boundingRect() == rect
        shown.close()
