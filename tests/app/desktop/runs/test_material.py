"""What a run may read besides its folder, in the form of a new run: chosen there, and what the last run there had."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from agents.events import RunStarted
from app.desktop.runs.new_run import NewRun
from app.desktop.widgets.choice_button import ChoiceButton
from app.services.runs.values import RunSpec
from tests.app.desktop.conftest import Running
from tests.support.agents.scripted_brain import ScriptedBrain, says

pytestmark = pytest.mark.process


@pytest.fixture
def form(running: Running, monkeypatch: pytest.MonkeyPatch) -> NewRun:
    brain = ScriptedBrain(says("Done."))
    monkeypatch.setattr(running.services.model_registry, "chat_model", lambda *_, **__: brain)
    running.window.go.new_run()
    return running.window.later.runs.form


def folder(tmp_path: Path, name: str) -> Path:
    made = tmp_path / name
    made.mkdir()
    return made


def offered(button: ChoiceButton) -> list[str]:
    button.open_menu()
    button.menu_shown.close()
    return [action.text() for action in button.menu_shown.actions()]


def started(running: Running, run: int) -> RunStarted:
    event = running.services.runs.entries(run)[0].event
    assert isinstance(event, RunStarted)
    return event


def test_a_collection_and_paths_are_chosen_and_offered_again_in_the_same_folder(
    running: Running, form: NewRun, tmp_path: Path
) -> None:
    work, other = folder(tmp_path, "work"), folder(tmp_path, "other")
    more = folder(tmp_path, "more")
    running.services.collections.add("Lease", [folder(tmp_path, "lease")])
    form.folder.show_folder(str(work))
    fold = form.material
    running.until(lambda: "Lease" in offered(fold.collection))
    assert fold.head.summary.whole() == "nothing besides its folder"
    fold.open()
    fold.collection.chosen.emit("Lease")
    fold.add(str(more))
    running.until(lambda: fold.head.summary.whole() == "Lease · 1 path")
    form.task.setPlainText("Look")
    wish = form.wish()
    assert (wish.collection, wish.readable) == ("Lease", (str(more),))
    run = running.services.runs.start(wish)
    assert running.services.runs.join(run.id, 60)
    assert started(running, run.id).readable == (str(more),)
    form.show_empty()
    running.until(lambda: fold.material().readable == (str(more),))
    form.folder.show_folder(str(other))
    assert fold.material().readable == (), "a start may come before what was read there is known"
    form.folder.show_folder(str(work))
    running.until(lambda: fold.material().collection == "Lease")
    fold.list.lines[0].button.click()
    assert fold.material().readable == () and fold.material().collection == "Lease"


def test_what_may_not_be_read_is_refused_with_the_reason(
    running: Running, form: NewRun, tmp_path: Path
) -> None:
    fold = form.material
    fold.add(str(tmp_path / "gone"))
    running.until(lambda: not fold.complaint.isHidden())
    assert fold.is_open() and fold.material().readable == ()
    form.folder.show_folder(str(folder(tmp_path, "work")))
    form.task.setPlainText("Look")
    form.say(None)
    assert fold.complaint.isHidden()


def test_a_model_elsewhere_has_a_field_for_its_context(form: NewRun, qtbot: QtBot) -> None:
    field = form.model
    assert field.context() == 0
    field.choose("openai:http://192.0.2.7/v1#m")
    field.set_context(16_000)
    assert form.wish().context == 16_000
    field.choose("")
    assert form.wish().context == 0


def test_the_last_start_in_a_folder_is_that_of_a_run_of_a_person(running: Running, tmp_path: Path) -> None:
    work = folder(tmp_path, "work")
    runs = running.services.runs
    assert runs.last_start(str(work)) is None
    run = runs.start(RunSpec("One", str(work), readable=(str(tmp_path),), tools=("date_time",)))
    runs.join(run.id, 60)
    found = runs.last_start(str(work))
    assert found is not None and (found.task, found.readable) == ("One", (str(tmp_path),))
