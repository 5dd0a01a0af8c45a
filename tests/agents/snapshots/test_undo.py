"""Undoing: to the byte, and nothing of anybody else's."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from agents.events import SnapshotTaken
from agents.permissions.values import Effects
from agents.snapshots.restoring import Restorer
from agents.snapshots.values import UndoPlan
from engine.errors import UserError
from tests.agents.snapshots.conftest import Bench
from tests.support.folder_states import folder_state


def actions(plan: UndoPlan) -> dict[str, str]:
    return {step.path: step.action for step in plan.steps}


def test_everything_a_shell_did_is_undone_to_the_byte_and_can_be_redone(bench: Bench) -> None:
    root = bench.root
    (root / "a.txt").write_text("hello")
    (root / "sub").mkdir(mode=0o750)
    (root / "sub/b").write_bytes(os.urandom(2_000_000))
    (root / "empty").mkdir(mode=0o711)
    (root / "link").symlink_to("a.txt")
    first = folder_state(root)
    bench.shell(
        "c1",
        "rm -rf sub link empty; mkdir -p x/y; echo hi > x/y/z; chmod 600 a.txt; ln -s nowhere sub; : > empty",
    )
    bench.write("c2", "n/m/k.txt", "new")
    then = folder_state(root)
    assert first != then
    undone = bench.undo()
    assert undone.conflicts == () and folder_state(root) == first
    bench.undo(bench.snapshots.plan_redo(bench.entries))
    assert folder_state(root) == then
    bench.undo()
    assert folder_state(root) == first
    assert bench.snapshots.plan(bench.entries).steps == ()


def test_progress_counts_what_is_removed_and_put_back_up_to_all_of_it(bench: Bench) -> None:
    for number in range(5):
        (bench.root / f"old{number}").write_text("first")
    bench.shell(
        "c1", "rm old0 old1; echo x > old2; mkdir d; echo x > d/new; chmod 700 old3; touch -d 2000-01-01 old4"
    )
    told: list[tuple[int, int]] = []
    plan = bench.snapshots.plan(bench.entries)
    bench.snapshots.undo(plan, (), lambda: False, lambda done, total: told.append((done, total)))
    total = len(plan.steps) + len(plan.attributes)
    assert told == [(done, total) for done in range(total + 1)]


def test_one_call_is_undone_and_the_others_stay(bench: Bench) -> None:
    bench.write("c1", "a.txt", "one")
    bench.write("c2", "b.txt", "two")
    bench.write("c3", "a.txt", "three")
    bench.undo(bench.snapshots.plan(bench.entries, calls={"c3"}))
    assert (bench.root / "a.txt").read_text() == "one" and (bench.root / "b.txt").exists()
    bench.undo(bench.snapshots.plan(bench.entries, calls={"c1"}))
    assert not (bench.root / "a.txt").exists() and (bench.root / "b.txt").read_text() == "two"


def test_undoing_back_to_a_place_in_the_journal_leaves_what_was_before_it(bench: Bench) -> None:
    bench.write("c1", "a.txt", "one")
    here = bench.entries[-1].seq
    then = folder_state(bench.root)
    bench.write("c2", "a.txt", "two")
    bench.shell("c3", "mkdir d; mv a.txt d/")
    bench.undo(bench.snapshots.plan(bench.entries, after=here))
    assert folder_state(bench.root) == then


def test_one_file_is_undone_with_the_folder_that_it_needs(bench: Bench) -> None:
    (bench.root / "docs/deep").mkdir(parents=True)
    (bench.root / "docs/deep").chmod(0o700)
    (bench.root / "docs/deep/a").write_text("a")
    (bench.root / "docs/b").write_text("b")
    bench.shell("c1", "rm -r docs")
    bench.undo(bench.snapshots.plan(bench.entries, paths={"docs/deep/a"}))
    assert (bench.root / "docs/deep/a").read_text() == "a" and not (bench.root / "docs/b").exists()
    assert (bench.root / "docs/deep").stat().st_mode & 0o777 == 0o700
    bench.undo()
    assert (bench.root / "docs/b").read_text() == "b"


def test_a_call_undone_under_later_ones_is_a_conflict(bench: Bench) -> None:
    bench.write("c1", "a.txt", "one")
    bench.write("c2", "a.txt", "two")
    plan = bench.snapshots.plan(bench.entries, calls={"c1"})
    assert actions(plan) == {"a.txt": "conflict"} and plan.conflicts == ("a.txt",)
    assert bench.undo(plan).conflicts == ("a.txt",)
    assert (bench.root / "a.txt").read_text() == "two"


def test_what_the_user_changed_meanwhile_is_left_alone_and_kept_even_when_forced(bench: Bench) -> None:
    (bench.root / "a.txt").write_text("first")
    bench.write("c1", "a.txt", "by the run")
    bench.write("c2", "b.txt", "by the run")
    (bench.root / "a.txt").write_text("by the user")
    plan = bench.snapshots.plan(bench.entries)
    assert actions(plan) == {"a.txt": "conflict", "b.txt": "remove"}
    undone = bench.undo(plan)
    assert undone.conflicts == ("a.txt",) and [file.path for file in undone.files] == ["b.txt"]
    assert (bench.root / "a.txt").read_text() == "by the user"
    forced = bench.undo(bench.snapshots.plan(bench.entries), force=("a.txt",))
    assert (bench.root / "a.txt").read_text() == "first" and forced.conflicts == ()
    assert bench.snapshots.content(forced.files[0].before) == b"by the user"
    bench.undo(bench.snapshots.plan_redo(bench.entries))
    assert (bench.root / "a.txt").read_text() == "by the user"


def test_what_the_user_changes_between_plan_and_undoing_is_left_alone(bench: Bench) -> None:
    bench.write("c1", "a.txt", "by the run")
    plan = bench.snapshots.plan(bench.entries)
    (bench.root / "a.txt").write_text("by the user")
    assert bench.undo(plan).conflicts == ("a.txt",)
    assert (bench.root / "a.txt").read_text() == "by the user"


def test_an_edit_of_the_user_between_two_calls_is_not_undone_with_them(bench: Bench) -> None:
    bench.write("c1", "a.txt", "one")
    (bench.root / "a.txt").write_text("by the user")
    bench.write("c2", "a.txt", "two")
    assert actions(bench.snapshots.plan(bench.entries)) == {"a.txt": "conflict"}
    bench.undo(bench.snapshots.plan(bench.entries, calls={"c2"}))
    assert (bench.root / "a.txt").read_text() == "by the user"


def test_a_new_folder_with_something_of_the_users_in_it_stays_even_when_forced(bench: Bench) -> None:
    bench.write("c1", "new/a.txt", "by the run")
    (bench.root / "new/mine.txt").write_text("by the user")
    plan = bench.snapshots.plan(bench.entries)
    assert actions(plan) == {"new": "conflict", "new/a.txt": "remove"}
    undone = bench.undo(plan, force=("new", "new/a.txt"))
    assert undone.conflicts == ("new",) and set(folder_state(bench.root / "new")) == {"mine.txt"}


def test_what_the_user_put_back_by_hand_counts_as_undone(bench: Bench) -> None:
    (bench.root / "a.txt").write_text("first")
    bench.write("c1", "a.txt", "by the run")
    (bench.root / "a.txt").write_text("first")
    plan = bench.snapshots.plan(bench.entries)
    assert plan.steps == () and [change.path for change in plan.already] == ["a.txt"]


def test_what_came_and_went_within_the_run_is_nobodys_conflict(bench: Bench) -> None:
    bench.write("c1", "a.txt", "by the run")
    bench.shell("c2", "rm a.txt")
    (bench.root / "a.txt").write_text("by the user")
    assert bench.snapshots.plan(bench.entries).steps == ()


def test_a_call_that_was_killed_in_its_middle_is_settled_and_undone(bench: Bench) -> None:
    (bench.root / "a.txt").write_text("first")
    first = folder_state(bench.root)
    bench.add(bench.snapshots.before("c1", Effects(kind="files", writes=("a.txt", "b/c.txt")), bench.facts))
    (bench.root / "a.txt").write_text("half")
    (bench.root / "b").mkdir()
    bench.again()
    for taken in bench.snapshots.settle(bench.entries):
        bench.add(taken)
    last = bench.entries[-1].event
    assert isinstance(last, SnapshotTaken) and [f.path for f in last.files] == ["a.txt", "b"]
    assert bench.snapshots.settle(bench.entries) == ()
    bench.undo()
    assert folder_state(bench.root) == first


def test_undoing_that_is_killed_at_any_moment_can_be_repeated(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        (bench.root / name).mkdir()
        (bench.root / name / "file").write_text(name)
    first = folder_state(bench.root)
    bench.shell("c1", "rm -r a; echo x > b/file; mkdir -p n/m; echo y > n/m/o; rm -r c; ln -s a c")
    then = folder_state(bench.root)
    remove, put, left = Restorer.remove, Restorer.put, 0

    def counted(act: object) -> object:
        def acting(self: Restorer, item: object, **how: bool) -> None:
            nonlocal left
            if left == 0:
                raise KeyboardInterrupt
            left -= 1
            act(self, item, **how)  # type: ignore[operator]

        return acting

    monkeypatch.setattr(Restorer, "remove", counted(remove))
    monkeypatch.setattr(Restorer, "put", counted(put))
    for moment in range(9):
        left = moment
        with pytest.raises(KeyboardInterrupt):
            bench.snapshots.undo(bench.snapshots.plan(bench.entries))
        left = 100
        bench.undo()
        assert folder_state(bench.root) == first
        bench.undo(bench.snapshots.plan_redo(bench.entries))
        assert folder_state(bench.root) == then


def test_a_link_put_in_the_place_of_a_folder_leads_nothing_out(bench: Bench, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "new.txt").write_text("theirs")
    (bench.root / "d").mkdir()
    (bench.root / "d/a.txt").write_text("a")
    bench.write("c1", "d/a.txt", "by the run")
    bench.write("c2", "d/new.txt", "theirs")
    shutil.rmtree(bench.root / "d")
    (bench.root / "d").symlink_to(outside)
    plan = bench.snapshots.plan(bench.entries)
    assert actions(plan) == {"d/a.txt": "conflict"}
    with pytest.raises(UserError, match=r"undo\.not_written"):
        bench.snapshots.undo(plan, force=plan.conflicts)
    assert set(folder_state(outside)) == {"new.txt"} and (outside / "new.txt").read_text() == "theirs"


def test_a_damaged_copy_puts_nothing_back(bench: Bench) -> None:
    (bench.root / "a.txt").write_text("first")
    bench.write("c1", "a.txt", "by the run")
    for path in bench.store.glob("objects/??/*"):
        path.write_bytes(b"\0damaged")
    with pytest.raises(UserError, match=r"undo\.lost"):
        bench.snapshots.undo(bench.snapshots.plan(bench.entries))
    assert {path: held for path, (_, held) in folder_state(bench.root).items()} == {"a.txt": b"by the run"}


def test_a_file_whose_copy_is_gone_is_told_as_lost(bench: Bench) -> None:
    (bench.root / "a.txt").write_text("first")
    bench.write("c1", "a.txt", "by the run")
    assert bench.snapshots.collect(set(), before=float("inf")) > 0
    assert actions(bench.snapshots.plan(bench.entries)) == {"a.txt": "lost"}


def test_a_folder_that_may_not_be_written_to_gets_its_files_and_its_mode_back(bench: Bench) -> None:
    (bench.root / "d").mkdir()
    (bench.root / "d/a.txt").write_text("a")
    (bench.root / "d").chmod(0o555)
    first = folder_state(bench.root)
    bench.shell("c1", "chmod 755 d; echo b > d/a.txt; echo c > d/c; chmod 500 d")
    bench.undo()
    assert folder_state(bench.root) == first
    (bench.root / "d").chmod(0o755)


def test_a_folder_of_hooks_that_a_sandbox_made_to_hold_it_is_nobodys_change(bench: Bench) -> None:
    (bench.root / "part/.git").mkdir(parents=True)
    (bench.root / ".git").mkdir()
    bench.shell("c1", "mkdir .git/hooks part/.git/hooks; echo a > a")
    assert [change.path for change in bench.last_files] == ["a"]
    bench.undo()
    before = folder_state(bench.root)
    # What comes with a new repository is the call's own, and so is what is put into the folder.
    bench.shell("c2", "mkdir -p new/.git/hooks; echo b > .git/hooks/b")
    assert [change.path for change in bench.last_files] == [
        ".git/hooks/b",
        "new",
        "new/.git",
        "new/.git/hooks",
    ]
    bench.undo()
    assert folder_state(bench.root) == before
