"""Labels of several lines."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


def wrapped_label(parent: QWidget, kind: str = "", *, selectable: bool = True) -> QLabel:
    """A label of plain words that breaks into lines, and is as narrow as its place even where one word (a path, the
    name of a repository) is wider. `kind` is a form of the style sheet."""
    label = QLabel(parent)
    if kind:
        label.setProperty("kind", kind)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setMinimumWidth(1)
    if selectable:
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
