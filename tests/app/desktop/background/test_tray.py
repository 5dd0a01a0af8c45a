"""The icon's menu: what it says, and what it offers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.desktop.background.tray import AtWork, Tray
from app.desktop.base.language import languages


@pytest.fixture
def tray(qtbot: QtBot) -> Iterator[Tray]:
    window = QWidget()
    qtbot.addWidget(window)
    yield Tray(window)
    window.close()


def offered(tray: Tray) -> list[str]:
    return [
        action.text()
        for action in tray.menu.actions()
        if action.isVisible() and action.isEnabled() and action.text()
    ]


def test_a_server_at_work_is_told_of_and_can_be_paused(tray: Tray) -> None:
    tray.show_work(AtWork(True, False, 2, 0, 41.0, "Qwen3 30B"))
    assert (tray.state.text(), tray.model.text()) == ("2 answers · 41 tok/s", "Qwen3 30B")
    assert tray.icon.toolTip() == "Coterie\n2 answers · 41 tok/s\nQwen3 30B"
    assert offered(tray) == ["Open Coterie", "Pause server", "Unload model", "Quit Coterie"]


def test_a_paused_server_can_go_on_and_one_that_is_off_is_left_alone(tray: Tray) -> None:
    tray.show_work(AtWork(is_paused=True))
    assert tray.state.text() == "Server paused"
    assert offered(tray) == ["Open Coterie", "Resume server", "Quit Coterie"]
    tray.show_work(AtWork())
    assert tray.state.text() == "Server off"
    assert offered(tray) == ["Open Coterie", "Quit Coterie"]


def test_its_words_follow_the_language(tray: Tray) -> None:
    tray.show_work(AtWork(True))
    languages.choose("ko")
    assert (tray.state.text(), tray.model.text()) == ("서버 켜짐", "불러온 모델 없음")


def test_each_line_asks_for_what_it_says(tray: Tray, qtbot: QtBot) -> None:
    tray.show_work(AtWork(True, model="Qwen3 30B"))
    pairs = (
        (tray.open, tray.open_wanted),
        (tray.pause, tray.pause_wanted),
        (tray.unload, tray.unload_wanted),
        (tray.quit, tray.quit_wanted),
    )
    for action, wanted in pairs:
        with qtbot.waitSignal(wanted):
            action.trigger()
