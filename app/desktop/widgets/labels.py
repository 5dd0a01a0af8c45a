"""Labels of plain words, in the forms of the style sheet."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget


def text_label(
    parent: QWidget, kind: str = "", text: str = "", *, wraps: bool = False, selectable: bool = False
) -> QLabel:
    """A label whose words are never markup. `kind` is a form of the style sheet."""
    made = QLabel(text, parent)
    if kind:
        made.setProperty("kind", kind)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wraps)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def wrapped_label(parent: QWidget, kind: str = "", *, selectable: bool = True) -> QLabel:
    """A label of plain words that breaks into lines, and is as narrow as its place even where one word (a path, the
    name of a repository) is wider. `kind` is a form of the style sheet."""
    made = text_label(parent, kind, wraps=True, selectable=selectable)
    made.setMinimumWidth(1)
    return made


def breakable(text: str) -> str:
    """`text` for a label whose longest words (a path, an address) may break anywhere."""
    return re.sub(r"\S{40,}", lambda word: "\u200b".join(word[0]), text)


def set_texts(widget: QLabel | QAbstractButton, text: str, name: str = "", *, tip: str | None = None) -> None:
    """What is read on a widget, what a screen reader says where that is another thing, and its tool tip."""
    widget.setText(text)
    widget.setAccessibleName(name or text)
    if tip is not None:
        widget.setToolTip(tip)


def show_text(widget: QLabel | QAbstractButton, text: str) -> None:
    """What is read on a widget, which is out of sight while that is nothing."""
    widget.setText(text)
    widget.setVisible(bool(text))


def announce(widget: QWidget, text: str) -> None:
    """Have a screen reader say something about a widget now."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))


def name_icon(widget: QWidget, name: str) -> None:
    """Name a widget without words, for a screen reader and as its tool tip."""
    widget.setAccessibleName(name)
    widget.setToolTip(name)
