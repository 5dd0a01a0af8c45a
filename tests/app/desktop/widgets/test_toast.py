"""What the toast shows stays within its window, however long it is."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.widgets.toast import Toast

pytestmark = pytest.mark.usefixtures("looks")
LONG = "“Some program: rename all the pictures of the folder by their day” needs you"


def test_a_long_sentence_wraps_in_a_narrow_window_and_its_action_can_be_pressed(qtbot: QtBot) -> None:
    window = QWidget()
    foot = QWidget(window)
    qtbot.addWidget(window)
    window.resize(1000, 500)
    foot.setGeometry(0, 460, 1000, 40)
    toast = Toast(window, foot)
    window.show()
    pressed: list[bool] = []
    toast.say(LONG, "Show", lambda: pressed.append(True))
    button, one_line = toast.findChild(QPushButton), toast.height()
    window.resize(300, 500)
    assert window.rect().contains(toast.geometry()) and toast.height() > one_line
    assert toast.rect().contains(button.geometry())
    window.resize(1000, 500)
    assert toast.height() == one_line
    button.click()
    assert pressed == [True] and toast.isHidden()
