"""How tests find their way in the window."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.support.window.finding import find, find_all, found
from tests.support.window.pressing import press
from tests.support.window.reading import labels
from tests.support.window.writing import field, write


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    column = QVBoxLayout(window)
    for part in (QLabel("Words"), QPushButton("Send"), QPushButton("Send to all"), QLineEdit()):
        column.addWidget(part)
    window.findChild(QLineEdit).setAccessibleName("Message")
    qtbot.addWidget(window)
    window.show()
    return window


def test_a_widget_is_found_by_its_whole_name_by_a_pattern_and_by_its_role(window: QWidget) -> None:
    assert find(window, "Send").text() == "Send"  # type: ignore[attr-defined]
    assert find(window, re.compile("^Send to"), QPushButton).text() == "Send to all"
    assert len(find_all(window, role=QAccessible.Role.PushButton)) == 2


def test_finding_fails_where_there_is_none_or_more_than_one(window: QWidget) -> None:
    with pytest.raises(AssertionError, match=r"0 widgets .*Send to all"):
        find(window, "Stop")
    with pytest.raises(AssertionError, match="2 widgets"):
        find(window, kind=QPushButton)
    assert found(window, "Stop") is None


def test_what_is_hidden_is_not_found(window: QWidget) -> None:
    find(window, "Words").hide()
    assert labels(window) == [] and found(window, "Words") is None
    window.hide()
    assert found(window, "Words") is None and find(window, "Send").isHidden() is False


def test_what_is_switched_off_cannot_be_pressed(window: QWidget) -> None:
    pressed: list[bool] = []
    find(window, "Send", QPushButton).clicked.connect(lambda: pressed.append(True))
    press(window, "Send")
    find(window, "Send").setEnabled(False)
    with pytest.raises(AssertionError, match="cannot be pressed"):
        press(window, "Send")
    assert pressed == [True]


def test_writing_takes_the_place_of_what_is_there(window: QWidget) -> None:
    for text in ("first", "second"):
        write(field(window, "Message"), text)
    assert field(window, "Message").text() == "second"  # type: ignore[union-attr]
