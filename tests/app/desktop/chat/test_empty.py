"""A chat without words yet, in windows of any size."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.chat.empty import EmptyState
from tests.support.window.pressing import buttons


@pytest.fixture
def empty(qtbot: QtBot, looks: None) -> Iterator[EmptyState]:
    window = QWidget()
    qtbot.addWidget(window)
    made = EmptyState(window)
    made.show_model("/m/qwen.gguf")
    made.resize(960, 600)
    window.show()
    yield made  # the window lives as long as this function


def starters(empty: EmptyState, width: int, height: int, scale: float = 1.0) -> int:
    """How many are offered in a place of this size, with nothing cut."""
    themes.choose("light", scale)
    empty.resize(width, height)
    QApplication.processEvents()
    for widget in empty.findChildren(QWidget):
        if widget.isVisible():
            assert empty.rect().contains(widget.geometry()), widget
            assert widget.width() >= widget.minimumSizeHint().width(), widget
    return len(buttons(empty))


def test_no_starter_is_cut(empty: EmptyState) -> None:
    assert starters(empty, 960, 600) == 3
    assert starters(empty, 388, 600) == 2, "one is too wide"
    assert starters(empty, 960, 160) == 0, "too low"
    assert starters(empty, 760, 600, 2.0) == 2
    assert starters(empty, 760, 220, 2.0) == 0
    assert starters(empty, 388, 300, 2.0) == 0
    assert starters(empty, 960, 600) == 3, "they come back with the room"


def test_in_another_language_they_are_measured_anew(empty: EmptyState) -> None:
    assert starters(empty, 400, 600) == 2
    languages.choose("ko")
    assert starters(empty, 400, 600) == 3
