"""What stands in the window, in words."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from tests.support.window.finding import Name, find, find_all, spoken


def labels(root: QWidget) -> list[str]:
    """The sentences in sight, in the order in which they were made."""
    return [label.text() for label in find_all(root, kind=QLabel) if label.text()]


def label(root: QWidget, name: Name) -> QLabel:
    """The sentence in sight that reads so."""
    return find(root, name, QLabel)


def content(widget: QWidget) -> str:
    """The text of a field or a text, else what the widget is called."""
    if isinstance(widget, QTextEdit | QPlainTextEdit):
        return widget.toPlainText()
    return widget.text() if isinstance(widget, QLineEdit) else spoken(widget)


def text_called(root: QWidget, name: Name) -> str:
    """The text in sight that is called so."""
    (text,) = [each for kind in (QTextEdit, QPlainTextEdit) for each in find_all(root, name, kind)]
    return content(text)
