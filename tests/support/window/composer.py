"""Where a message is written: how much the model may think, and what is said beside it."""

from __future__ import annotations

import re

from PySide6.QtWidgets import QAbstractButton, QWidget

from tests.support.window.finding import find_all
from tests.support.window.pressing import button
from tests.support.window.reading import labels


def reasoning(root: QWidget, choice: str) -> QAbstractButton:
    """The button of one choice: "Auto", "Off", "At most…"."""
    return button(root, re.compile(f": {re.escape(choice)}$"))


def reasoning_words(root: QWidget) -> list[str]:
    """The words of the choices in sight."""
    return [each.text() for each in find_all(root, kind=QAbstractButton)]


def instead(composer: QWidget) -> list[str]:
    """What is said where the model cannot do what was chosen."""
    return [words for words in labels(composer) if " instead of " in words]


def says(composer: QWidget, words: str) -> bool:
    """Whether something in sight beside the field says so."""
    return any(words in said for said in labels(composer))
