"""What the window looked like."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.desktop.window.frame import Frame
from app.desktop.window.window_state import SIZE, WindowMemory


class Unseen(QWidget):
    """Where nobody has a screen, Qt has none for it."""

    def screen(self) -> None:  # type: ignore[override]
        return None


@pytest.mark.fast
def test_without_a_screen_the_window_is_as_large_as_usual(qtbot: QtBot, tmp_path: Path) -> None:
    window = Unseen()
    qtbot.addWidget(window)
    WindowMemory(tmp_path).restore(window, Mock(Frame))
    assert (window.width(), window.height()) == SIZE
