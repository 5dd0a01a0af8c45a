"""The Runs page as a person uses it, over real services and models whose turns are written in advance."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from agents.permissions.values import Decision
from app.desktop.base.language import languages
from app.services.runs.values import RunSpec
from tests.app.desktop.conftest import Running
from tests.app.desktop.runs.conftest import WRITE, RunsBench, ScriptedModels
from tests.app.desktop.test_accessibility import without_name
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says
from tests.support.window.main_window import toast_text
from tests.support.window.reading import labels


def test_without_runs_the_page_says_what_it_is_for_and_has_the_button_that_starts_one(
    runs: RunsBench,
) -> None:
    page = runs.page
    runs.until(lambda: page.state.title.text() == "Describe a task and choose a folder")
    page.state.buttons[0].click()
    assert page.form.isVisible()
    assert QApplication.focusWidget() is page.form.task


def test_a_run_is_started_from_the_form_with_ctrl_enter_and_shown(runs: RunsBench) -> None:
    runs.chat_model(ScriptedBrain(says("There is nothing to do.")))
    page = runs.page
    page.new_run()
    page.form.task.setPlainText("Look around")
    page.form.folder.field.setText(str(runs.folder))
    runs.qtbot.keyClick(page.form.task, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    runs.until(lambda: page.reading.view is not None and page.reading.view.record.state == "completed")
    assert page.run.isVisible()
    assert page.run.header.title.whole() == "Look around"
    assert runs.notes() == [("Finished", ""), ("Look around", "done")]
    page.new_run()
    assert page.form.task.toPlainText() == ""  # the next one is another task, in the same folder
    assert page.form.folder.folder() == str(runs.folder)


@pytest.mark.parametrize(
    ("task", "folder", "where"),
    [("", "", "task"), ("Do it", "nowhere", "folder"), ("Do it", "/", "folder")],
)
def test_what_cannot_be_started_is_said_at_its_field(
    runs: RunsBench, task: str, folder: str, where: str
) -> None:
    form = runs.page.form
    runs.page.new_run()
    form.task.setPlainText(task)
    form.folder.field.setText(str(runs.folder / folder) if folder != "/" else "/")
    form.start.click()
    said = {"task": form.of_task, "folder": form.folder.complaint}
    runs.until(said[where].isVisible)
    assert said[where].text().endswith(".")
    assert form.start.isEnabled()
    others = [complaint for name, complaint in said.items() if name != where]
    assert not any(complaint.isVisible() for complaint in others)
    (form.task if where == "task" else form.folder.field).clear()
    form.task.insertPlainText("x")
    form.folder.field.setText("/tmp/x")
    assert not said[where].isVisible()  # it speaks of what stood there before


def test_a_run_that_asks_is_marked_and_goes_on_when_it_is_answered(runs: RunsBench) -> None:
    run = runs.start(ScriptedBrain(calls(WRITE), says("The plan is written.")))
    runs.until(lambda: runs.notes() == [("Running", ""), ("Make a plan", "needs you")])
    runs.opened(run.id)
    view = runs.page.reading.view
    assert view is not None and view.pending is not None
    runs.page.run.steps.decided.emit(view.pending.call, Decision(True))
    runs.until(lambda: runs.notes() == [("Finished", ""), ("Make a plan", "done")])
    assert (runs.folder / "plan.csv").read_text() == "a,b\n"


def test_a_decision_goes_to_the_run_that_is_shown(runs: RunsBench) -> None:
    first = runs.start(ScriptedBrain(calls(WRITE), says("One.")), "First", model="one")
    second = runs.start(ScriptedBrain(calls(WRITE), says("Two.")), "Second", model="two")
    runs.until(lambda: runs.shelf.waiting() == 2)
    runs.opened(first.id)
    runs.opened(second.id)
    view = runs.page.reading.view
    assert view is not None and view.pending is not None
    runs.page.run.steps.decided.emit(view.pending.call, Decision(False))
    runs.ended(second.id)
    assert runs.services.runs.pending(first.id) is not None
    assert not (runs.folder / "plan.csv").exists()


def test_a_run_is_paused_and_resumed_from_the_bar(runs: RunsBench) -> None:
    run = runs.start(ScriptedBrain(says("Never said."), slow=20.0))
    runs.opened(run.id)
    header = runs.page.run.header
    header.pause.click()
    assert not header.pause.isEnabled()
    runs.until(lambda: header.resume.isVisible())
    assert not header.stop.isVisible()
    assert ("Make a plan", "paused") in runs.notes()
    runs.chat_model(ScriptedBrain(says("Done now.")))
    header.resume.click()
    runs.until(lambda: ("Make a plan", "done") in runs.notes())


def test_the_search_finds_runs_by_title_task_and_folder(runs: RunsBench) -> None:
    for task in ("Tidy the invoices", "Write a letter"):
        runs.ended(runs.start(ScriptedBrain(says("Done.")), task).id)
    side = runs.page.side
    runs.until(lambda: len(runs.notes()) == 3)
    side.search.setText("letter")
    assert [title for title, _ in runs.notes()] == ["Finished", "Write a letter"]
    side.search.setText(runs.folder.name + " tidy")
    assert [title for title, _ in runs.notes()] == ["Finished", "Tidy the invoices"]
    side.search.setFocus()
    assert runs.page.close_something()  # Esc
    assert side.search.text() == ""
    side.search.setText("no such thing")
    assert runs.notes() == []
    assert "No run matches “no such thing”." in labels(side)


def test_a_deleted_run_can_be_brought_back(runs: RunsBench) -> None:
    run = runs.start(ScriptedBrain(says("Done.")))
    runs.ended(run.id)
    runs.opened(run.id)
    runs.until(lambda: runs.shelf.get(run.id).state == "completed")  # type: ignore[union-attr]
    runs.page.run.header.delete_wanted.emit()
    runs.until(lambda: [said.text for said in runs.said] == ["Run deleted"])
    runs.until(runs.page.state.isVisible)
    assert runs.said[0].act is not None
    runs.said[0].act()
    runs.until(lambda: runs.page.run.isVisible() and runs.page.reading.view is not None)
    assert runs.notes() == [("Finished", ""), ("Make a plan", "done")]


def test_a_run_that_nobody_looks_at_tells_when_it_asks_and_when_it_is_done(
    desktop: tuple[Running, ScriptedModels], tmp_path: Path
) -> None:
    running, model_registry = desktop
    window, services = running.window, running.services
    model_registry.model_registry[""] = ScriptedBrain(calls(WRITE), says("Written."))
    (tmp_path / "folder").mkdir()
    run = services.runs.start(RunSpec("Make a plan", str(tmp_path / "folder")))
    running.until(lambda: toast_text(window) == "“Make a plan” needs you")
    assert window.rail.runs.accessibleName() == "Runs, 1 needs you"
    pending = services.runs.pending(run.id)
    assert pending is not None
    services.runs.decide(run.id, pending.call, Decision(True))
    running.until(lambda: toast_text(window) == "“Make a plan” is done")
    assert window.rail.runs.accessibleName() == "Runs"
    window.toast.undo()  # its button
    running.until(lambda: window.later.runs.reading.view is not None)
    assert window.later.runs.run.isVisible()
    assert window.later.runs.run.header.title.whole() == "Make a plan"
    window.toast.say("“Make a plan” is done", about=("run", run.id))
    window.go.show_page("chat")
    assert not window.toast.isHidden()
    window.go.show_page("runs")
    assert window.toast.isHidden()  # it was about what is seen now
    window.toast.say("Something else")
    window.go.new_run()
    foot = window.later.runs.form.foot
    running.until(
        lambda: window.toast.geometry().bottom() < foot.mapTo(window, QPoint(0, 0)).y() < window.height()
    )


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_control_of_the_page_has_a_name(runs: RunsBench, language: str) -> None:
    run = runs.start(ScriptedBrain(calls(WRITE), says("Written.")))
    runs.until(lambda: runs.shelf.waiting() == 1)
    languages.choose(language)
    runs.opened(run.id)
    QApplication.processEvents()
    assert without_name(runs.window) == []
    runs.page.new_run()
    QApplication.processEvents()
    assert without_name(runs.window) == []
