"""Cards over the window."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from app.desktop.widgets.overlay import Overlay


def test_a_card_closes_where_what_had_the_focus_before_is_gone(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    overlay, before = Overlay(window, 200), QLineEdit(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    before.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is before)
    overlay.open()
    delete(before)
    with qtbot.waitSignal(overlay.closed):
        overlay.close_overlay()
    assert overlay.isHidden()
