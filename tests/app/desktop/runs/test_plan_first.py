"""A run that plans first, on the page: its plan is asked for there, and is what the page shows afterwards."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QTextBrowser

from app.desktop.run_view.plan_card import PlanCard
from app.desktop.run_view.plan_review.plan_review import PlanReview
from app.services.runs.values import RunSpec
from tests.app.desktop.runs.conftest import WRITE, RunsBench
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says


@pytest.fixture(autouse=True)
def answered_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PlanReview.__init__.__kwdefaults__, "guard", 0.0)


def told(plan: PlanCard) -> str:
    """The steps as they are shown."""
    return " ".join(block.toPlainText() for block in plan.findChildren(QTextBrowser))


def test_what_is_said_behind_the_command_is_planned_first(runs: RunsBench) -> None:
    proposed = ("update_plan", {"items": [{"text": "Write the table"}]})
    runs.chat_model(ScriptedBrain(says("Hello."), calls(proposed), says("Done.")))
    run = runs.services.runs.start(RunSpec("Say hello", str(runs.folder)))
    runs.ended(run.id)
    runs.opened(run.id)
    steps = runs.page.run.steps
    runs.until(steps.follow_up.isVisible)
    runs.page.slash_line.command.emit("plan", "")
    assert steps.follow_up.field.text() == "/plan "
    steps.follow_up.field.setText("/plan Make a table")
    steps.follow_up.send.click()
    runs.until(lambda: bool(steps.findChildren(PlanReview)))
    (card,) = steps.findChildren(PlanReview)
    card.bar.no.click()
    card.bar.deny.click()
    runs.ended(run.id)
    record = runs.services.runs.get(run.id)
    assert (record.state, record.reason) == ("stopped", "plan_rejected")


def test_a_new_run_is_planned_first_by_the_command(runs: RunsBench) -> None:
    runs.page.slash.command.emit("plan")
    assert runs.page.form.plan.isChecked()


def test_the_plan_is_changed_on_the_page_and_ticked_there(runs: RunsBench) -> None:
    proposed = ("update_plan", {"items": [{"text": "Write the table"}]})
    ticked = ("update_plan", {"items": [{"text": "Write plan.csv", "state": "done"}]})
    runs.chat_model(ScriptedBrain(calls(proposed), calls(WRITE, ticked), says("It is there.")))
    run = runs.services.runs.start(RunSpec("Make a plan", str(runs.folder), mode="workspace", plan=True))
    runs.opened(run.id)
    steps = runs.page.run.steps
    runs.until(lambda: bool(steps.findChildren(PlanReview)))
    (card,) = steps.findChildren(PlanReview)
    (plan,) = steps.findChildren(PlanCard)
    runs.until(lambda: runs.shelf.waiting() == 1)
    assert not plan.isVisible() and not list(runs.folder.iterdir())
    card.entry.selectAll()
    card.entry.insertPlainText("Write plan.csv\nCheck it")
    card.bar.default.click()
    runs.ended(run.id)
    runs.until(lambda: plan.isVisible() and "✓" in told(plan))
    assert told(plan) == "✓ Write plan.csv   ○ Check it"
    runs.until(lambda: not steps.findChildren(PlanReview))
    assert (runs.folder / "plan.csv").exists()
