"""Menus: their windows have no corners outside of their outlines, and those of fields do all that Qt offers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent, QIcon
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.base.menu import Menu
from app.desktop.base.prompt_edit import PromptEdit
from app.desktop.base.text_field import TextField


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


@pytest.mark.parametrize("make", [TextField, PromptEdit])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_menu_of_a_field_does_what_qt_offers_without_underlined_letters(
    qtbot: QtBot, looks: None, make: type[TextField | PromptEdit], language: str
) -> None:
    languages.choose(language)
    field = make()
    qtbot.addWidget(field)
    field.setPlainText("words") if isinstance(field, PromptEdit) else field.setText("words")
    field.show()
    where = field.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, field.mapToGlobal(where))
    QApplication.sendEvent(field.viewport() if isinstance(field, PromptEdit) else field, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, Menu)
    actions = [action for action in menu.actions() if not action.isSeparator()]
    assert len(actions) >= 7 and not any("&" in action.text() for action in actions)
    actions[-1].trigger()  # select all
    cursor = field.textCursor() if isinstance(field, PromptEdit) else field
    assert cursor.selectedText() == "words"
    menu.close()
    qtbot.waitUntil(lambda: field.findChild(Menu) is None)
