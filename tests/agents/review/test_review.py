"""What a run changed is looked through, and some of it dropped."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from agents.events import Undone
from agents.review.diff import review_diff
from agents.review.dropping import drop_plan
from agents.review.reading import read_review
from agents.review.values import Dropped, Review
from engine.errors import UserError
from tests.agents.review.test_hunks import NUMBERS, changed
from tests.agents.snapshots.conftest import Bench
from tests.support.folder_states import folder_state

posix = pytest.mark.skipif(os.name == "nt", reason="needs a shell and mode bits")


def review(bench: Bench) -> Review:
    return read_review(bench.entries, bench.snapshots)


def drop(bench: Bench, dropped: Dropped, of: Review | None = None) -> Undone:
    plan = drop_plan(bench.entries, bench.snapshots, of or review(bench), dropped)
    return bench.undo(plan)


def told(bench: Bench) -> dict[str, tuple[str, int]]:
    return {file.path: (file.change, len(file.hunks)) for file in review(bench).files}


def two_hunks(bench: Bench, name: str = "a") -> str:
    """A file in which the run changed two places; returns its text now."""
    (bench.root / name).write_text(NUMBERS)
    after = changed(NUMBERS, l5="five\n", l20="twenty\n")
    bench.write("c1", name, after)
    return after


def test_dropping_one_hunk_leaves_the_other_and_can_be_taken_back(bench: Bench) -> None:
    after = two_hunks(bench)
    undone = drop(bench, {"a": (2,)})
    assert (undone.partly, undone.conflicts) == (("a",), ())
    assert (bench.root / "a").read_text() == changed(NUMBERS, l5="five\n")
    assert told(bench) == {"a": ("changed", 1)}
    bench.undo(bench.snapshots.plan_redo(bench.entries))
    assert (bench.root / "a").read_text() == after and told(bench) == {"a": ("changed", 2)}


def test_after_a_drop_all_of_the_run_is_still_undone_and_redone(bench: Bench) -> None:
    two_hunks(bench)
    drop(bench, {"a": (1,)})
    bench.again()
    assert bench.undo().conflicts == () and (bench.root / "a").read_text() == NUMBERS
    assert told(bench) == {}
    bench.undo(bench.snapshots.plan_redo(bench.entries))
    assert (bench.root / "a").read_text() == changed(NUMBERS, l20="twenty\n")
    bench.undo(bench.snapshots.plan_redo(bench.entries))
    assert (bench.root / "a").read_text() == changed(NUMBERS, l5="five\n", l20="twenty\n")


@posix
def test_every_kind_of_change_is_told_and_dropped_as_a_whole(bench: Bench) -> None:
    for name in ("moved", "gone", "mode", "stays"):
        (bench.root / name).write_text(f"{name}\n")
    (bench.root / "binary").write_bytes(bytes(range(256)))
    (bench.root / "empty").write_text("")
    first = folder_state(bench.root)
    bench.shell(
        "c1",
        "mkdir -p d/e; mv moved d/moved; rm gone empty; chmod 755 mode; printf '\\0\\1' > binary; echo n > d/e/new;"
        " ln -s stays link; touch d/none; touch stays",
    )
    assert told(bench) == {
        "binary": ("changed", 0), "d/e/new": ("new", 1), "d/moved": ("moved", 0), "d/none": ("new", 0),
        "empty": ("deleted", 0), "gone": ("deleted", 1), "link": ("new", 0), "mode": ("changed", 0),
    }  # fmt: skip
    found = review(bench)
    assert next(file for file in found.files if file.path == "mode").modes == (0o644, 0o755)
    undone = drop(bench, {file.path: None for file in found.files})
    assert undone.conflicts == () and told(bench) == {}
    assert folder_state(bench.root) == first  # without the folders that were made for what is gone
    bench.undo(bench.snapshots.plan_redo(bench.entries))
    assert len(told(bench)) == 8


@posix
def test_the_diff_says_where_links_lead(bench: Bench) -> None:
    (bench.root / "turned").symlink_to("here")
    bench.shell("c1", "ln -s /etc/passwd link; ln -sfn there turned")
    diff = review_diff(review(bench))
    assert (
        "new file mode 120000\n--- /dev/null\n+++ b/link\n@@ -0,0 +1,1 @@\n+/etc/passwd\n\\ No newline"
        in diff
    )
    assert "-here\n\\ No newline at end of file\n+there\n\\ No newline" in diff


@posix
def test_a_file_that_moved_and_changed_is_dropped_in_part_or_whole(bench: Bench) -> None:
    (bench.root / "old").write_text(NUMBERS)
    bench.shell("c1", "mkdir sub; mv old sub/new; sed -i -e s/^5$/five/ -e s/^20$/twenty/ sub/new")
    bench.shell("c2", "mv sub/new sub/newer")
    (file,) = review(bench).files
    assert (file.change, file.old_path, file.path, len(file.hunks)) == ("moved", "old", "sub/newer", 2)
    drop(bench, {"sub/newer": (2,)})
    assert (bench.root / "sub/newer").read_text() == changed(NUMBERS, l5="five\n")
    assert len(review(bench).files[0].hunks) == 1
    drop(bench, {"sub/newer": None})
    assert folder_state(bench.root).keys() == {"old"} and (bench.root / "old").read_text() == NUMBERS


def test_hunks_that_somebody_worked_on_are_named_and_left(bench: Bench) -> None:
    after = two_hunks(bench)
    mine = changed(after, l20="zwanzig\n", l28="mine\n")
    (bench.root / "a").write_text(mine)
    found = review(bench)
    assert found.files[0].edited
    undone = drop(bench, {"a": None})
    assert (undone.partly, undone.conflicts) == (("a",), ("a",))
    assert (bench.root / "a").read_text() == changed(NUMBERS, l20="zwanzig\n", l28="mine\n")
    with pytest.raises(UserError) as raised:
        drop(bench, {"a": (1,)}, found)
    assert raised.value.code == "review.stale"


def test_a_new_file_that_somebody_changed_is_left_as_a_whole(bench: Bench) -> None:
    bench.write("c1", "new", "by the run\n")
    (bench.root / "new").write_text("mine\n")
    assert drop(bench, {"new": None}).conflicts == ("new",)
    assert (bench.root / "new").read_text() == "mine\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp949"])
def test_a_part_is_written_in_the_files_own_way(bench: Bench, encoding: str) -> None:
    before, after = "하나\r\n" * 3 + "둘\r\n" * 9 + "셋", "하나!\r\n" * 3 + "둘\r\n" * 9 + "넷"
    (bench.root / "a").write_bytes(before.encode(encoding))
    (bench.root / "a").chmod(0o640)

    def act() -> None:
        (bench.root / "a").write_bytes(after.encode(encoding))

    bench.act("c1", act)
    drop(bench, {"a": (1,)})
    assert (bench.root / "a").read_bytes() == ("하나\r\n" * 3 + "둘\r\n" * 9 + "넷").encode(encoding)
    assert os.name == "nt" or (bench.root / "a").stat().st_mode & 0o777 == 0o640


def test_what_came_and_went_is_not_told(bench: Bench) -> None:
    (bench.root / "a").write_text("x")
    bench.write("c1", "a", "y")
    bench.write("c2", "a", "x")
    bench.write("c3", "b", "z")
    bench.act("c4", lambda: (bench.root / "b").unlink())
    assert told(bench) == {}


@posix
@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_the_diff_of_a_review_is_one_that_git_applies(bench: Bench, tmp_path: Path) -> None:
    (bench.root / "a").write_text(NUMBERS)
    (bench.root / "sp ace").write_text("x\n")
    (bench.root / "gone").write_text("x")
    (bench.root / "mode").write_text("m\n")
    shutil.copytree(bench.root, tmp_path / "copy")
    bench.shell(
        "c1",
        "sed -i -e s/^5$/five/ -e '$d' a; mkdir d; mv 'sp ace' 'd/q\"uote'; rm gone; echo n > '새 것'; chmod +x mode",
    )
    diff = review_diff(review(bench))
    subprocess.run(["git", "apply", "-"], cwd=tmp_path / "copy", input=diff.encode(), check=True)
    assert folder_state(tmp_path / "copy") == folder_state(bench.root)
