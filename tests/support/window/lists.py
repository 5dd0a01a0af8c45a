"""Rows of lists, as a screen reader reads them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView

from tests.support.window.finding import spoken


def rows(view: QAbstractItemView) -> list[str]:
    """What is said of each row."""
    model = view.model()
    indexes = [model.index(row, 0) for row in range(model.rowCount())]
    return [str(i.data(Qt.ItemDataRole.AccessibleTextRole) or i.data() or "") for i in indexes]


def enter(view: QAbstractItemView, row: int) -> None:
    """Go to a row and press Enter."""
    assert row < view.model().rowCount(), f"{spoken(view)!r} has no row {row}"
    view.setCurrentIndex(view.model().index(row, 0))
    QTest.keyClick(view, Qt.Key.Key_Return)
