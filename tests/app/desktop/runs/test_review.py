"""What a run changed is looked through in the window, over real files."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from app.desktop.run_view.review.commit_sheet import CommitSheet
from app.desktop.run_view.review.review_sheet import ReviewSheet
from tests.agents.review.test_hunks import NUMBERS, changed
from tests.app.desktop.runs.conftest import RunsBench
from tests.app.desktop.runs.test_undo import files, last_said, states, write
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says
from tests.support.window.late import Late
from tests.support.window.pressing import press

AFTER = changed(NUMBERS, l5="five\n", l20="twenty\n")
Key = Qt.Key


@pytest.fixture
def done(runs: RunsBench) -> RunsBench:
    """A run is shown that changed two places of a file and wrote a new one."""
    (runs.folder / "a.txt").write_text(NUMBERS)
    brain = ScriptedBrain(calls(write("a.txt", AFTER)), calls(write("new.txt", "made\n")), says("Done."))
    run = runs.start(brain, mode="workspace")
    runs.ended(run.id)
    runs.opened(run.id)
    runs.until(lambda: len(runs.page.run.cards.files.rows) == 2)
    return runs


def sheet_of(runs: RunsBench) -> ReviewSheet:
    runs.page.run.cards.files.review.click()
    runs.until(lambda: runs.page.acting.reviewing.sheet is not None)
    sheet = runs.page.acting.reviewing.sheet
    assert sheet is not None and sheet.isVisible()
    return sheet


def commit_sheet_of(runs: RunsBench) -> CommitSheet:
    runs.until(lambda: runs.page.acting.reviewing.commit_sheet is not None)
    sheet = runs.page.acting.reviewing.commit_sheet
    assert sheet is not None
    return sheet


def keys(runs: RunsBench, sheet: ReviewSheet, *pressed: Key) -> None:
    for key in pressed:
        runs.qtbot.keyClick(sheet.view, key)


def test_what_is_dropped_with_keys_leaves_the_files_and_comes_back(done: RunsBench) -> None:
    sheet = sheet_of(done)
    assert not sheet.drop.isEnabled() and "a.txt, Line 5, kept" in sheet.view.accessibleName()
    keys(done, sheet, Key.Key_N, Key.Key_D, Key.Key_D, Key.Key_P)
    assert sheet.drop.text() == "Drop 2 changes" and sheet.view.current == 1
    assert sheet.view.accessibleName() == "a.txt, Line 20, dropped"
    sheet.drop.click()
    done.until(lambda: bool(done.said))
    assert done.said[-1].text == "2 changes dropped"
    assert files(done) == {"a.txt": changed(NUMBERS, l5="five\n")}
    done.until(lambda: done.page.acting.reviewing.sheet is None)
    done.until(lambda: states(done) == {"a.txt": "changed", "new.txt": "undone"})
    last_said(done)()
    done.until(lambda: files(done) == {"a.txt": AFTER, "new.txt": "made\n"})


def test_a_click_turns_a_place_or_a_whole_file(done: RunsBench) -> None:
    sheet = sheet_of(done)
    view = sheet.view.viewport()
    done.qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(20, 15))
    assert sheet.view.choice.dropped() == {"a.txt": None}
    done.qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(20, 50))
    assert sheet.view.choice.dropped() == {"a.txt": (2,)}
    keys(done, sheet, Key.Key_Space)
    assert sheet.view.choice.dropped() == {"a.txt": None}
    keys(done, sheet, Key.Key_End, Key.Key_Down, Key.Key_PageUp, Key.Key_Left)
    done.qtbot.keyClick(sheet.view, Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "+made"
    sheet.grab()
    keys(done, sheet, Key.Key_Escape)
    assert done.page.acting.reviewing.sheet is None and files(done)["a.txt"] == AFTER


def test_what_somebody_changed_since_is_said_and_left(done: RunsBench) -> None:
    (done.folder / "new.txt").write_text("mine\n")
    sheet = sheet_of(done)
    keys(done, sheet, Key.Key_End, Key.Key_D)
    sheet.drop.click()
    done.until(lambda: "new.txt" in sheet.words.text())
    assert files(done)["new.txt"] == "mine\n" and sheet.isVisible()


def test_a_run_whose_changes_are_gone_has_nothing_to_review(done: RunsBench) -> None:
    done.page.run.cards.files.undo.click()
    done.until(lambda: files(done) == {"a.txt": NUMBERS})
    done.until(lambda: done.page.run.cards.files.review.isHidden())


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("git") is None:
        pytest.skip("needs git")
    config = tmp_path / "gitconfig"
    config.write_text("[user]\n\tname = A\n\temail = a@example.com\n[init]\n\tdefaultBranch = main\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


def told(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.mark.usefixtures("git")
def test_ticked_changes_are_committed_with_the_models_message(done: RunsBench) -> None:
    sheet = sheet_of(done)
    press(sheet, "Commit…")
    done.until(lambda: "git init" in sheet.words.text())
    told(done.folder, "init", "-q")
    keys(done, sheet, Key.Key_Home, Key.Key_D, Key.Key_D)
    assert not sheet.words.text()
    done.chat_model(ScriptedBrain(says("Add the new file")))
    press(sheet, "Commit…")
    commit = commit_sheet_of(done)
    assert not commit.do.isEnabled()
    press(commit, "Have the model write it")
    done.until(lambda: commit.message.toPlainText() == "Add the new file")
    commit.message.setPlainText("Add it")
    press(commit, "Commit")
    done.until(lambda: bool(done.said))
    assert done.said[-1].text.startswith("1 file committed as ")
    assert done.page.acting.reviewing.sheet is None
    assert told(done.folder, "log", "--format=%s", "--name-only").split("\n\n") == ["Add it", "new.txt\n"]
    assert (done.folder / "a.txt").read_text() == AFTER


@pytest.mark.usefixtures("git")
def test_what_goes_wrong_is_said_and_what_was_written_stays(done: RunsBench) -> None:
    told(done.folder, "init", "-q")
    sheet = sheet_of(done)
    press(sheet, "Commit…")
    commit = commit_sheet_of(done)
    commit.message.setPlainText("All of it")
    press(commit, "Commit")  # a.txt was there before and is not in the repository
    done.until(lambda: "a.txt" in commit.words.text())
    assert commit.isVisible() and commit.do.isEnabled() and commit.message.toPlainText() == "All of it"
    press(commit, "Cancel")
    assert done.page.acting.reviewing.commit_sheet is None and sheet.isVisible()


def test_the_review_that_was_asked_for_last_is_the_one_that_is_shown(
    done: RunsBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = done.page.reading.shown
    assert first is not None
    run = done.start(ScriptedBrain(calls(write("other.txt", "made\n")), says("Done.")), mode="workspace")
    done.ended(run.id)
    reviewing = done.page.acting.reviewing
    late = Late(monkeypatch, done.services.runs.reviews, "read")
    reviewing.open(first)
    done.until(lambda: late.is_asked)
    reviewing.open(run.id)
    done.until(lambda: reviewing.sheet is not None)
    shown = reviewing.sheet
    late.let_go(done.until)
    assert reviewing.sheet is shown and shown is not None and shown.isVisible()
    shown.close_overlay()
