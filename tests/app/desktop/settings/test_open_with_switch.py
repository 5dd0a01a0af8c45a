"""The switch that has the system open links and files with Coterie: it shows what is, and waits for nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.integration import open_with
from engine.errors import UserError
from tests.app.desktop.conftest import Running


class System:
    """What the system opens with us; `threads` are those that asked or told it."""

    def __init__(self) -> None:
        self.on = False
        self.error: UserError | None = None
        self.threads: set[threading.Thread] = set()

    def is_on(self) -> bool:
        self.threads.add(threading.current_thread())
        return self.on

    def turn(self, on: bool) -> None:
        self.threads.add(threading.current_thread())
        if self.error is not None:
            raise self.error
        self.on = on


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    system = System()
    monkeypatch.setattr(open_with, "is_on", system.is_on)
    monkeypatch.setattr(open_with, "turn", system.turn)
    return system


def test_the_switch_is_off_shows_what_is_and_turns_it(
    make_desktop: Callable[..., Running], qtbot: QtBot, system: System
) -> None:
    running = make_desktop().start()
    running.window.go.show_page("settings")
    switch = running.window.later.settings.hub.open_with
    assert switch.isVisible() and not switch.isChecked()
    assert switch.accessibleName() == "Open model links and .gguf files with Coterie"
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    running.until(lambda: system.on and switch.isChecked())
    system.on = False  # by somebody else
    running.window.later.settings.open()
    running.until(lambda: not switch.isChecked())
    system.error = UserError("open_with.foreign", place="/x/coterie.desktop")
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    running.until(lambda: "wasn’t made by Coterie" in running.window.strip.text())
    running.until(lambda: not switch.isChecked())
    assert threading.main_thread() not in system.threads
