"""A folder that changes starts a run once it is quiet, never by what runs wrote, and is not missed meanwhile."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from agents.sandbox.find import find_sandbox
from app.services.schedules import folder_changes
from app.services.schedules.folder_changes import FolderWatch, listing_of
from app.store.schedules.records import FolderChange, Schedule
from engine.errors import UserError
from tests.app.services.schedules.conftest import Plan, Planned
from tests.support.servers.openai_script import Asked, Reply, call, say

LONG_AGO = time.time() - 3600


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def write(path: Path, text: str, at: float = LONG_AGO) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (at, at))


def test_what_counts_as_a_file_of_the_folder(tmp_path: Path) -> None:
    for name in ("a.pdf", "sub/b.pdf", "c.txt", ".hidden.pdf", ".git/d.pdf", "node_modules/e.pdf"):
        write(tmp_path / name, "x")
    (tmp_path / "link.pdf").symlink_to(tmp_path / "a.pdf")
    (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)
    assert sorted(listing_of(tmp_path, "*.pdf")) == ["a.pdf", "sub/b.pdf"]
    assert sorted(listing_of(tmp_path, "**")) == ["a.pdf", "c.txt", "sub/b.pdf"]


def test_a_folder_that_is_gone_or_too_large_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError) as gone:
        listing_of(tmp_path / "none", "**")
    monkeypatch.setattr(folder_changes, "MOST_FILES", 1)
    for name in "ab":
        write(tmp_path / name, name)
    with pytest.raises(UserError) as large:
        listing_of(tmp_path, "**")
    assert (gone.value.code, large.value.code) == ("run.no_workspace", "schedule.too_many_files")


def test_it_waits_until_nothing_changes_any_more(tmp_path: Path) -> None:
    clock = Clock()
    watch = FolderWatch(tmp_path, "**", None, clock)
    assert watch.look(10) == ()
    for text in ("a", "ab", "abc"):
        write(tmp_path / "a.txt", text)
        clock.now += 9
        assert watch.look(10) == ()
    clock.now += 10
    assert watch.look(10) == ("a.txt",)
    assert watch.taken() == listing_of(tmp_path, "**")
    clock.now += 10
    assert watch.look(10) == ()


def test_what_is_changed_and_changed_back_is_no_cause(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "a")
    clock = Clock()
    watch = FolderWatch(tmp_path, "**", None, clock)
    watch.look(1)
    write(tmp_path / "b.txt", "b")
    watch.look(1)
    (tmp_path / "b.txt").unlink()
    clock.now += 5
    assert watch.look(1) == ()


def test_what_changed_while_nobody_looked_counts_at_once_when_it_is_old(tmp_path: Path) -> None:
    write(tmp_path / "old.txt", "1")
    known = listing_of(tmp_path, "**")
    write(tmp_path / "new.txt", "2")
    clock = Clock()
    assert FolderWatch(tmp_path, "**", dict(known), clock).look(30) == ("new.txt",)
    write(tmp_path / "newer.txt", "3", time.time() + 60)  # perhaps it is still being written
    assert FolderWatch(tmp_path, "**", dict(known), clock).look(30) == ()
    (tmp_path / "newer.txt").unlink()
    (tmp_path / "new.txt").unlink()
    (tmp_path / "old.txt").unlink()
    assert FolderWatch(tmp_path, "**", dict(known), clock).look(30) == ("old.txt",)


def test_what_runs_wrote_is_no_cause_but_what_others_write_beside_is(tmp_path: Path) -> None:
    clock = Clock()
    watch = FolderWatch(tmp_path, "**", None, clock)
    watch.look(1)
    write(tmp_path / "own.txt", "own")
    watch.wrote({"own.txt"})
    clock.now += 5
    assert watch.look(1) == ()
    write(tmp_path / "own.txt", "by somebody else")
    watch.look(1)
    clock.now += 5
    assert watch.look(1) == ("own.txt",)


def writes(asked: Asked) -> Reply:
    """Each run writes its result beside what it was given, as if it wanted to start itself again."""
    if any(message["role"] == "tool" for message in asked.messages):
        return say("Done.")
    return call("shell", {"command": "date +%N >> result.txt; cp new.txt copy.txt"})


def look_until_quiet(planned: Planned, schedule: Schedule) -> None:
    """Two looks: the first sees what is new, and the files are old enough for the other."""
    watch = planned.keeper._watches._watches[schedule.id]
    watch._moved = -float("inf")
    planned.turn(60)


@pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine")
def test_a_run_is_not_started_by_its_own_writes(plan: Plan) -> None:
    planned = plan(writes)
    watching = planned.add(FolderChange("*.txt", 1))
    planned.turn()
    assert planned.history(watching) == []
    write(planned.workspace / "new.txt", "new")
    planned.turn(5)
    look_until_quiet(planned, watching)
    firing = planned.until(watching, "completed")
    assert firing.changed == ("new.txt",)
    assert (planned.workspace / "result.txt").exists() and (planned.workspace / "copy.txt").exists()
    planned.turn(5)
    look_until_quiet(planned, watching)
    assert len(planned.history(watching)) == 1
    # Nor by their undo, nor in another process.
    planned.runs.undo(firing.run, planned.runs.undo_plan(firing.run))
    planned.turn(5)
    look_until_quiet(planned, watching)
    planned.reopen()
    planned.turn(5)
    look_until_quiet(planned, watching)
    assert len(planned.history(watching)) == 1


def test_what_changed_while_the_program_was_closed_starts_it(plan: Plan) -> None:
    planned = plan()
    watching = planned.add(FolderChange("*.txt", 1))
    planned.turn()
    planned.close()
    write(planned.workspace / "new.txt", "new")
    planned.open()
    planned.turn(5)
    assert planned.until(watching, "completed").changed == ("new.txt",)
    planned.turn(5)
    assert len(planned.history(watching)) == 1


def test_what_is_there_when_it_is_made_or_resumed_is_no_cause(plan: Plan) -> None:
    planned = plan()
    write(planned.workspace / "old.txt", "old")
    watching = planned.add(FolderChange("*.txt", 1))
    planned.turn(5)
    planned.schedules.pause(watching.id)
    write(planned.workspace / "meanwhile.txt", "x")
    planned.turn(5)
    planned.schedules.pause(watching.id, False)
    planned.turn(5)
    look_until_quiet(planned, watching)
    assert planned.history(watching) == []


def test_a_folder_that_is_gone_is_told_once(plan: Plan) -> None:
    planned = plan()
    watching = planned.add(FolderChange())
    planned.workspace.rmdir()
    planned.turn(5)
    planned.turn(5)
    (firing,) = planned.history(watching)
    assert firing.state == "failed" and firing.reason is not None
    assert firing.reason.code == "run.no_workspace"
