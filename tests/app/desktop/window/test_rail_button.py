"""A button of the rail: its name has room on both sides in any font."""

from __future__ import annotations

from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.theme import themes
from app.desktop.window.rail_button import EDGE, LETTERS, RailButton


def test_letters_that_are_as_wide_as_the_button_keep_off_its_edges(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    button, theme = RailButton(parent), themes.current
    button.show_symbol("message-square")
    button.resize(button.sizeHint())
    metrics = QFontMetrics(theme.font(LETTERS))
    label = "n"
    while metrics.horizontalAdvance(label + "n") <= button.width():
        label += "n"
    button.tell("", "Chat", "")
    bare = button.grab().toImage()
    button.tell(label, "Chat", "")
    drawn = button.grab().toImage()
    changed = [
        x
        for x in range(drawn.width())
        for y in range(drawn.height())
        if drawn.pixel(x, y) != bare.pixel(x, y)
    ]
    edge = round((theme.px(EDGE) - 1) * drawn.devicePixelRatio())
    assert changed and edge <= min(changed) and max(changed) < drawn.width() - edge
