"""Taking back what a run did to files, from the page, over real files."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt

from app.desktop.run_view import restoring
from app.desktop.run_view.undo_dialog import UndoDialog
from tests.app.desktop.runs.conftest import RunsBench
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says
from tests.support.window.pressing import press


def write(path: str, content: str) -> tuple[str, dict[str, str]]:
    return "write_file", {"path": path, "content": content}


@pytest.fixture
def done(runs: RunsBench) -> RunsBench:
    """A run is shown that wrote a new file and changed one that was there."""
    (runs.folder / "old.txt").write_text("before")
    chat_model = ScriptedBrain(
        calls(("read_file", {"path": "old.txt"})),
        calls(write("new.txt", "made")),
        calls(write("old.txt", "after")),
        says("Both are written."),
    )
    run = runs.start(chat_model, mode="workspace")
    runs.ended(run.id)
    runs.opened(run.id)
    runs.until(lambda: len(runs.page.run.cards.files.rows) == 2)
    return runs


def states(runs: RunsBench) -> dict[str, str]:
    return {row.words.whole(): row.note.text() for row in runs.page.run.cards.files.rows}


def files(runs: RunsBench) -> dict[str, str]:
    return {path.name: path.read_text() for path in runs.folder.iterdir()}


def last_said(runs: RunsBench) -> Callable[[], None]:
    act = runs.said[-1].act
    assert act is not None
    return act


def test_everything_is_undone_at_once_and_redone_from_the_foot_of_the_window(done: RunsBench) -> None:
    assert states(done) == {"new.txt": "new", "old.txt": "changed"}
    done.page.run.cards.files.undo.click()
    done.until(lambda: states(done) == {"new.txt": "undone", "old.txt": "undone"})
    assert files(done) == {"old.txt": "before"}
    done.until(lambda: ("Make a plan", "undone") in done.notes())
    assert done.said[-1].text == "2 files restored"
    last_said(done)()
    done.until(lambda: states(done) == {"new.txt": "new", "old.txt": "changed"})
    assert files(done) == {"new.txt": "made", "old.txt": "after"}


def test_one_file_is_undone_by_its_own_button(done: RunsBench) -> None:
    row = next(row for row in done.page.run.cards.files.rows if row.words.whole() == "old.txt")
    assert row.button.accessibleName() == "Undo changes to old.txt"
    row.button.click()
    done.until(lambda: states(done) == {"new.txt": "new", "old.txt": "undone"})
    assert files(done) == {"new.txt": "made", "old.txt": "before"}
    done.until(lambda: bool(done.said))
    assert done.said[-1].text == "1 file restored"
    done.page.run.cards.files.redo.click()
    done.until(lambda: states(done)["old.txt"] == "changed")
    assert files(done)["old.txt"] == "after"


def dialog_of(runs: RunsBench) -> UndoDialog:
    runs.until(lambda: runs.page.acting.undoing.dialog is not None)
    dialog = runs.page.acting.undoing.dialog
    assert dialog is not None
    assert dialog.isVisible()
    return dialog


def test_what_somebody_changed_since_is_asked_about_and_left_alone(done: RunsBench) -> None:
    (done.folder / "old.txt").write_text("mine")
    done.page.run.cards.files.undo.click()
    dialog_of(done).do.click()
    done.until(lambda: states(done) == {"new.txt": "undone", "old.txt": "changed since"})
    assert files(done) == {"old.txt": "mine"}
    done.until(lambda: bool(done.said))
    assert done.said[-1].text == "1 file restored. 1 changed since and were left alone"


def test_what_somebody_changed_since_is_put_back_when_it_is_ticked(done: RunsBench) -> None:
    (done.folder / "old.txt").write_text("mine")
    done.page.run.cards.files.undo.click()
    dialog = dialog_of(done)
    press(dialog, "Restore old.txt anyway")
    dialog.do.click()
    done.until(lambda: states(done) == {"new.txt": "undone", "old.txt": "undone"})
    assert files(done) == {"old.txt": "before"}


def test_nothing_is_done_when_the_question_is_closed(done: RunsBench) -> None:
    (done.folder / "old.txt").write_text("mine")
    done.page.run.cards.files.undo.click()
    dialog_of(done).cancel.click()
    done.until(lambda: done.page.acting.undoing.dialog is None)
    assert files(done) == {"new.txt": "made", "old.txt": "mine"}
    assert done.said == []


def test_while_a_run_is_under_way_nothing_is_undone(runs: RunsBench) -> None:
    run = runs.start(
        ScriptedBrain(
            calls(write("a.txt", "a")), calls(("shell", {"command": "true; curl x"})), says("Done.")
        ),
        mode="workspace",
    )
    runs.opened(run.id)
    runs.until(lambda: len(runs.page.run.cards.files.rows) == 1)
    runs.until(lambda: runs.shelf.waiting() == 1)
    card = runs.page.run.cards.files
    assert not card.undo.isEnabled()
    assert not card.rows[0].button.isEnabled()
    assert card.undo.toolTip() == "Pause or stop the run first"
    runs.page.run.header.stop.click()
    runs.until(card.undo.isEnabled)


@pytest.fixture
def held(done: RunsBench, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Undoing waits for the event once it has begun, and shows its progress at once."""
    go_on, undo = threading.Event(), done.services.runs.undo

    def held_undo(run: int, plan: Any, force: Any, stop: Any, progress: Any) -> Any:
        progress(0, len(plan.steps))
        assert go_on.wait(30)
        return undo(run, plan, force, stop, progress)

    monkeypatch.setattr(restoring, "SHOWN_MS", 0)
    monkeypatch.setattr(done.services.runs, "undo", held_undo)
    return go_on


def progress_of(runs: RunsBench) -> restoring.RestoreProgress:
    undoing = runs.page.acting.undoing
    runs.until(lambda: undoing.restoring.progress is not None)
    assert undoing.restoring.progress is not None
    return undoing.restoring.progress


def test_what_takes_a_while_shows_how_far_it_is(done: RunsBench, held: threading.Event) -> None:
    done.page.run.cards.files.undo.click()
    progress = progress_of(done)
    done.until(lambda: progress.words.text() == "0 of 2")
    assert progress.isVisible() and progress.stop.isEnabled()
    held.set()
    done.until(lambda: done.page.acting.undoing.restoring.progress is None)
    assert files(done) == {"old.txt": "before"}


def test_a_stopped_undo_leaves_whole_files_and_goes_on(done: RunsBench, held: threading.Event) -> None:
    done.page.run.cards.files.undo.click()
    progress = progress_of(done)
    done.qtbot.keyClick(progress.stop, Qt.Key.Key_Escape)
    assert not progress.stop.isEnabled() and "Stopping" in progress.words.text()
    held.set()
    done.until(lambda: bool(done.said))
    assert done.said[-1].text == "Stopped. 0 files restored" and done.said[-1].action == "Continue"
    assert files(done) == {"new.txt": "made", "old.txt": "after"}
    last_said(done)()
    done.until(lambda: files(done) == {"old.txt": "before"})
