"""The sheet before the program ends: what it says, and that its buttons can be reached."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.theme import themes
from app.desktop.window.closing.quit_sheet import QuitSheet
from app.desktop.window.closing.steps import AtWork

BUSY = AtWork(2, ["Sort the photos"], 1)


@pytest.fixture
def sheet(qtbot: QtBot) -> Iterator[QuitSheet]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(640, 440)
    made = QuitSheet(window)
    window.show()
    yield made
    assert made.parentWidget() is window


def test_buttons_are_in_sight_in_a_low_window_with_large_text(sheet: QuitSheet) -> None:
    themes.choose("light", 2.0)
    sheet.ask(BUSY, offers=True)
    for button in (sheet.stay, sheet.leave):
        lower = button.mapTo(sheet, button.rect().bottomRight())
        assert sheet.rect().contains(lower)


def test_what_would_end_is_named_with_and_without_the_offer(sheet: QuitSheet) -> None:
    sheet.ask(BUSY)
    assert "Sort the photos" in sheet.words.text() and sheet.no_more.isHidden()
    sheet.ask(BUSY, offers=True)
    assert "If you quit:" in sheet.words.text() and "Sort the photos" in sheet.words.text()
    sheet.ask(AtWork(), offers=True)
    assert "If you quit:" not in sheet.words.text() and not sheet.no_more.isHidden()


def test_keys_confirm_and_close(sheet: QuitSheet, qtbot: QtBot) -> None:
    went, remembered = list[str](), list[str]()
    sheet.background_wanted.connect(lambda: went.append("background"))
    sheet.agreed.connect(lambda: went.append("quit"))
    sheet.remembered.connect(remembered.append)
    sheet.ask(AtWork(), offers=True)
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert sheet.isHidden() and went == []
    sheet.ask(AtWork(), offers=True)
    qtbot.keyClick(sheet.no_more.box, Qt.Key.Key_Space)
    qtbot.keyClick(sheet.no_more.box, Qt.Key.Key_Return)
    assert went == ["background"] and remembered == ["keep"]
    sheet.ask(AtWork(1), offers=True)
    assert not sheet.no_more.box.isChecked()
    sheet.leave.click()
    assert went == ["background", "quit"] and remembered == ["keep"]
