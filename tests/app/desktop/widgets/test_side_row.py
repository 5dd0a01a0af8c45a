"""A row of a side list: its note gives way to the name."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.theme import themes
from app.desktop.widgets.side_row import SideRow


def test_a_note_goes_where_it_leaves_too_little_of_the_name(qtbot: QtBot, looks: None) -> None:
    row = SideRow()
    qtbot.addWidget(row)
    row.show()
    row.show_words("Qwen3-30B-A3B-Q4_K_M.gguf", "about 41 tok/s")
    note = next(label for label in row.findChildren(QLabel) if label.text() == "about 41 tok/s")
    seen = []
    for width in (300, 180, 300):
        row.resize(themes.current.px(width), row.height())
        seen.append(not note.isHidden())
    assert seen == [True, False, True]
    row.resize(themes.current.px(180), row.height())
    row.show_words("All", "3")
    assert not note.isHidden(), "a short name has all the room that it needs"
    row.show_words("All")
    assert note.isHidden()


def test_a_click_brings_the_keys_along_where_they_were_at_a_neighbor(qtbot: QtBot, looks: None) -> None:
    list_ = QWidget()
    qtbot.addWidget(list_)
    rows, field = [SideRow(list_), SideRow(list_)], QLineEdit(list_)
    for number, each in enumerate((*rows, field)):
        each.setGeometry(0, 40 * number, 200, 40)
    list_.show()
    list_.activateWindow()
    qtbot.waitUntil(list_.isActiveWindow)
    rows[0].setFocus()
    qtbot.mouseClick(rows[1], Qt.MouseButton.LeftButton)
    assert rows[1].hasFocus()
    field.setFocus()
    qtbot.mouseClick(rows[0], Qt.MouseButton.LeftButton)
    assert field.hasFocus()
