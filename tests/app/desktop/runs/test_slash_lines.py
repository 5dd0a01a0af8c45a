"""The slash in the Runs page: skills in the task of a new run, commands in the line under one that has ended."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from agents.events import Undone
from tests.agents.guidance.test_skill_folders import made
from tests.app.desktop.runs.conftest import WRITE, RunsBench
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says


def test_a_skill_chosen_in_the_task_shows_its_form(runs: RunsBench, coterie_home: Path) -> None:
    made(coterie_home / "skills", "mail")
    runs.page.new_run()
    form, slash = runs.page.form, runs.page.slash
    form.task.setFocus()
    runs.qtbot.keyClicks(form.task, "/")
    runs.until(lambda: "Tidy a folder" in slash.list.shown())
    runs.qtbot.keyClicks(form.task, "mai")
    runs.until(lambda: slash.list.shown()[:1] == ["mail"])
    runs.qtbot.keyClick(form.task, Qt.Key.Key_Return)
    assert form.recipe is not None and form.recipe.skill == "mail"
    assert form.task.toPlainText() == "Use the skill “mail”."


def test_undo_and_redo_in_the_line_of_a_run(runs: RunsBench) -> None:
    run = runs.start(ScriptedBrain(calls(WRITE), says("Done.")), mode="workspace")
    runs.page.show_run(run.id)
    line, slash = runs.page.run.steps.follow_up, runs.page.slash_line
    runs.until(line.isVisible)
    file = runs.folder / "plan.csv"
    assert file.exists()
    line.field.setFocus()
    runs.qtbot.keyClicks(line.field, "/")
    runs.until(lambda: slash.list.shown()[:2] == ["/undo", "/redo"])
    runs.qtbot.keyClick(line.field, Qt.Key.Key_Return)
    runs.until(lambda: any(isinstance(entry.event, Undone) for entry in runs.services.runs.entries(run.id)))
    assert not file.exists()
    assert line.field.text() == ""
    line.field.setText("/redo")
    line.send.click()
    runs.until(file.exists)
    assert runs.failures == []


def test_what_the_slash_offers_is_read_whenever_it_is_typed(runs: RunsBench, coterie_home: Path) -> None:
    run = runs.start(ScriptedBrain(says("Done.")))
    runs.ended(run.id)
    runs.opened(run.id)
    line, slash = runs.page.run.steps.follow_up, runs.page.slash_line
    runs.until(line.isVisible)
    line.field.setFocus()
    runs.qtbot.keyClicks(line.field, "/")
    runs.until(lambda: bool(slash.list.shown()))
    assert "mail" not in slash.list.shown()
    line.field.clear()
    made(coterie_home / "skills", "mail")
    runs.qtbot.keyClicks(line.field, "/")
    runs.until(lambda: "mail" in slash.list.shown())
