"""The workers in the settings, over hand-made placements."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.settings.workers_section import WorkersList
from app.services.connections.events import WorkerState
from engine.errors import ErrorInfo, UserError
from tests.app.desktop.conftest import Running
from tests.app.desktop.placement import plans
from tests.app.desktop.test_accessibility import without_name
from tests.support.placement.hand_made_placements import HandMadePlacements
from tests.support.window.late import Late

ADDRESS = "192.168.0.7:50052"


@pytest.fixture
def placements() -> HandMadePlacements:
    return HandMadePlacements(plans.dense())


@pytest.fixture
def running(make_desktop: Callable[..., Running], placements: HandMadePlacements) -> Running:
    return make_desktop(placements=placements).ready()


def opened(running: Running) -> WorkersList:
    running.window.go.show_page("settings")
    workers = running.window.later.settings.workers.list
    # The page is empty until the settings are read.
    running.until(lambda: workers.isVisible() and workers.add.isEnabled())
    return workers


def test_the_connection_is_said_to_be_unprotected(running: Running) -> None:
    opened(running)
    words = " ".join(label.text() for label in running.window.later.settings.workers.findChildren(QLabel))
    assert "no password and no encryption" in words and "network you trust" in words


def test_a_worker_is_added_by_enter_and_removed_by_its_button(
    running: Running, placements: HandMadePlacements, qtbot: QtBot
) -> None:
    workers = opened(running)
    assert workers.check.isHidden()
    workers.field.setFocus()
    qtbot.keyClicks(workers.field, ADDRESS)
    qtbot.keyClick(workers.field, Qt.Key.Key_Return)
    running.until(lambda: [*workers.lines] == [ADDRESS])
    running.until(lambda: workers.field.text() == "")
    workers.check.click()
    running.until(
        lambda: next(iter(workers.lines.values())).words.text() == "Ready, in use by the loaded model"
    )
    assert next(iter(workers.lines.values())).remove.accessibleName() == f"Remove {ADDRESS}"
    running.window.activateWindow()
    running.until(running.window.isActiveWindow)
    next(iter(workers.lines.values())).remove.setFocus()
    next(iter(workers.lines.values())).remove.click()
    running.until(lambda: workers.lines == {})
    running.until(lambda: QApplication.focusWidget() is workers.field)


def test_each_state_is_told_in_words(running: Running, placements: HandMadePlacements) -> None:
    workers = opened(running)
    placements.workers.set(
        WorkerState("a:1"),
        WorkerState("b:1", "checking"),
        WorkerState("c:1", "ready", (plans.WORKER,)),
        WorkerState("d:1", "away", error=ErrorInfo("worker.bad_address", {"address": "d:1"})),
    )
    running.until(lambda: len(workers.lines) == 4)
    words = [line.words.text() for line in workers.lines.values()]
    assert words[:3] == ["Not checked yet", "Checking…", "Ready, 15 GB free"]
    assert words[3].startswith("“d:1” isn’t a valid address.")
    assert not workers.check.isEnabled()
    assert without_name(workers) == []
    languages.choose("ko")
    running.until(lambda: list(workers.lines.values())[1].words.text() == "확인하는 중…")


def test_what_is_wrong_with_an_address_stands_under_the_field(
    running: Running, placements: HandMadePlacements, qtbot: QtBot
) -> None:
    workers = opened(running)
    placements.workers.error = UserError("worker.bad_address", address="here")
    workers.field.setText("here")
    workers.add.click()
    running.until(lambda: workers.complaint.isVisible())
    placements.workers.set(WorkerState("a:1"))  # the list is read anew
    running.until(lambda: len(workers.lines) == 1)
    assert workers.complaint.text().startswith("“here” isn’t a valid address.")
    assert workers.field.text() == "here"
    qtbot.keyClicks(workers.field, "x")
    assert workers.complaint.isHidden()


def test_an_empty_address_asks_nobody(running: Running, placements: HandMadePlacements) -> None:
    workers = opened(running)
    workers.add.click()
    assert QApplication.focusWidget() is workers.field
    assert placements.workers.all() == ()


def test_the_next_address_may_be_typed_while_the_one_before_is_asked(
    running: Running, placements: HandMadePlacements, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = opened(running)
    late = Late(monkeypatch, placements.workers, "add")
    qtbot.keyClicks(workers.field, ADDRESS)
    qtbot.keyClick(workers.field, Qt.Key.Key_Return)
    running.until(lambda: late.is_asked)
    workers.field.setText("192.168.0.8:50052")
    late.let_go(running.until)
    assert workers.field.text() == "192.168.0.8:50052"
