"""Fields: found by their names, and written in letter by letter."""

from __future__ import annotations

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from tests.support.window.finding import Name, find_all

Field = QLineEdit | QTextEdit | QPlainTextEdit


def field(root: QWidget, name: Name) -> Field:
    """The field in sight that is called so."""
    (found,) = [
        each for kind in (QLineEdit, QTextEdit, QPlainTextEdit) for each in find_all(root, name, kind)
    ]
    return found


def write(into: Field, text: str) -> None:
    """Write `text` in the place of what stands there."""
    into.selectAll()
    QTest.keyClicks(into, text)
