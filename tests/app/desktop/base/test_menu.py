"""Menus: their windows have no corners outside of their outlines, and those of fields do all that Qt offers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QIcon
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QStyle, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.icons import icon
from app.desktop.base.language import languages
from app.desktop.base.menu import Menu
from app.desktop.base.prompt_edit import PromptEdit
from app.desktop.base.style import style_sheet
from app.desktop.base.text_field import TextField
from app.desktop.base.theme import themes
from app.desktop.forms.controls import Bounds, NumberField
from app.desktop.model_picker.reasoning_chooser import TokenField


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


@pytest.mark.parametrize("make", [lambda parent: NumberField(Bounds(0, 9, 1, 0), parent), TokenField])
def test_a_field_of_a_number_has_the_menu_of_the_others(
    qtbot: QtBot, looks: None, make: Callable[[QWidget], QAbstractSpinBox]
) -> None:
    around = QWidget()
    qtbot.addWidget(around)
    number = make(around)
    around.show()
    field = number.lineEdit()
    qtbot.mouseClick(field, Qt.MouseButton.RightButton)
    where = field.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, field.mapToGlobal(where))
    QApplication.sendEvent(field, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, Menu) and not any("&" in action.text() for action in menu.actions())
    menu.close()
    qtbot.waitUntil(lambda: field.findChild(Menu) is None)


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_icons_of_a_menu_are_as_large_as_the_text(qtbot: QtBot, looks: None, scale: float) -> None:
    themes.choose("light", scale)
    window = QWidget()
    qtbot.addWidget(window)
    window.setStyleSheet(style_sheet(themes.current))
    menu = Menu(window)
    menu.addAction(icon("pencil"), "Rename")
    menu.popup(QPoint(0, 0))
    assert menu.style().pixelMetric(QStyle.PixelMetric.PM_SmallIconSize, None, menu) == round(16 * scale)
    image = menu.grab(QRect(0, 0, round(30 * scale), menu.height())).toImage()
    ink = [
        y for y in range(2, image.height() - 2)
        if any(image.pixelColor(x, y).lightness() < 160 for x in range(4, image.width()))
    ]  # fmt: skip
    assert ink[-1] - ink[0] >= 11 * scale
    menu.close()
