"""Rows that become columns and rows again."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.layouts import Column


def test_a_row_in_a_row_is_a_row_again_once_there_is_room(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    title, first, second = (QPushButton(f"a button with the number {i}", window) for i in range(3))
    inner = FoldingRow(window, first, second)
    outer = FoldingRow(window, (title, 1, 10), inner)
    Column(outer, parent=window)
    window.resize(900, 200)
    window.show()
    qtbot.waitUntil(lambda: not outer.folded() and not inner.folded())
    for width in (200, 280, 320):
        window.resize(width, 200)
        qtbot.waitUntil(lambda: inner.folded())
    window.resize(900, 200)
    qtbot.waitUntil(lambda: not outer.folded() and not inner.folded())


def test_a_least_width_that_is_set_counts_instead_of_the_hint(qtbot: QtBot, looks: None) -> None:
    words = QLabel("a line that is much longer than there is room for, and that could wrap")
    row = FoldingRow(None, words)
    qtbot.addWidget(row)
    assert row.minimumSizeHint().width() == words.minimumSizeHint().width()
    words.setMinimumWidth(80)
    assert row.minimumSizeHint().width() == 80


def test_a_label_that_wraps_takes_a_line_of_its_own_before_it_wraps_beside_another(qtbot: QtBot) -> None:
    title, words = QLabel("A title"), QLabel("many words " * 8)
    words.setWordWrap(True)
    row = FoldingRow(None, (title, 1), words)
    qtbot.addWidget(row)
    row.set_whole_width(words, words.fontMetrics().horizontalAdvance(words.text()))
    row.resize(title.sizeHint().width() + 120, 200)
    row.fold()
    assert row.folded()
    row.resize(2000, 200)
    row.fold()
    assert not row.folded()
