"""What a run has left running is shown beside its steps while it lives, and can be stopped there."""

from __future__ import annotations

import threading

import pytest
from pytestqt.qtbot import QtBot

from agents.api import ModelRequest, ModelResponse
from agents.sandbox.find import find_sandbox
from app.desktop.runs.background_card import BackgroundCard
from app.services.runs.values import InBackground, RunView
from app.store.records import RunRecord
from tests.app.desktop.runs.conftest import RunsBench
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says
from tests.support.window.pressing import press


@pytest.mark.skipif(find_sandbox() is None, reason="there is no sandbox here")
@pytest.mark.process
def test_a_command_in_the_background_is_shown_and_stopped_and_its_run_goes_on(runs: RunsBench) -> None:
    goes_on = threading.Event()

    def later(_: ModelRequest) -> ModelResponse:
        assert goes_on.wait(60)
        return says("Served.")

    order = ("shell", {"command": "echo up and running; sleep 99", "background": True})
    run = runs.start(ScriptedBrain(calls(order), later), mode="all-in-sandbox")
    try:
        runs.opened(run.id)
        card = runs.page.run.cards.background
        runs.until(lambda: shown(card) == [(order[1]["command"], "running", "up and running")])
        press(card, f"Stop {order[1]['command']}")
        runs.until(lambda: shown(card) == [(order[1]["command"], "stopped", "up and running")])
        assert not card.rows[0].line.button.isVisible()
    finally:
        goes_on.set()
    runs.ended(run.id)
    assert runs.services.runs.get(run.id).state == "completed"


def shown(card: BackgroundCard) -> list[tuple[str, str, str]]:
    return [(row.line.words.whole(), row.line.note.text(), row.output.text()) for row in card.rows]


def test_a_run_without_any_has_no_such_card(runs: RunsBench) -> None:
    run = runs.start(ScriptedBrain(says("Nothing to do.")))
    runs.opened(run.id)
    runs.ended(run.id)
    assert not runs.page.run.cards.background.isVisible()


def test_each_kind_of_end_has_its_words(qtbot: QtBot, looks: None) -> None:
    card = BackgroundCard()
    qtbot.addWidget(card)
    record = RunRecord(1, "t", "t", "/", "m", "ask", "completed", 0.0, 0.0)

    def said(**end: object) -> str:
        ended = InBackground("b1", "serve", runs=False, **end)  # type: ignore[arg-type]
        card.show_view(RunView(record, background=(ended,)))
        return card.rows[0].line.note.text()

    assert said(code=3, reason="exit") == "ended (3)"
    assert said(code=-9, reason="exit") == "ended (signal 9)"
    assert said(code=-15, reason="run") == "stopped"
