"""What is kept before a call, how little is read for it, and what is said not to be covered."""

from __future__ import annotations

import os
import stat
import threading
import unicodedata
from pathlib import Path
from typing import BinaryIO

import pytest

from agents.events import SnapshotTaken
from agents.permissions.values import Effects, ToolFacts
from agents.snapshots.content import ContentStore
from agents.snapshots.scan import SnapshotLimits
from agents.snapshots.snapshots import Snapshots
from agents.snapshots.timeline import hashes
from agents.workspace.folder import Folder
from agents.workspace.workspace import Workspace
from engine.errors import UserError
from tests.agents.snapshots.conftest import ANYWHERE, SHELL, Bench
from tests.support.folder_states import folder_state


def age(root: Path) -> None:
    """Let the files be older than what a look at them trusts."""
    for path in root.rglob("*"):
        os.utime(path, (1, 1), follow_symlinks=False)


class Reads:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        read = Folder.read

        def counted(folder: Folder, name: str) -> BinaryIO:
            self.names.append(folder.path_of(name))
            return read(folder, name)

        monkeypatch.setattr(Folder, "read", counted)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as old enough at once: the time of a change cannot be set back."""
    monkeypatch.setattr("agents.snapshots.scan._YOUNG", -(10**9))


@pytest.mark.usefixtures("patient")
def test_what_did_not_change_is_not_read_again_not_even_after_a_restart(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        (bench.root / name).write_text(name)
    bench.shell("c1", "true")
    reads = Reads(monkeypatch)
    bench.shell("c2", "echo more >> b")
    assert reads.names == ["b"]
    bench.shell("c3", "true")
    bench.again()
    bench.shell("c4", "true")
    assert reads.names == ["b"]


@pytest.mark.usefixtures("patient")
def test_a_change_with_its_time_and_length_set_back_is_found(bench: Bench) -> None:
    (bench.root / "a").write_text("first")
    bench.shell("c1", "true")
    bench.shell("c2", "touch -r a stamp; printf other > a; touch -r stamp a; rm stamp")
    assert [file.path for file in bench.last_files] == ["a"]
    bench.undo()
    assert (bench.root / "a").read_text() == "first"


def test_a_file_that_was_just_written_is_read_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    (bench.root / "a").write_text("first")
    bench.shell("c1", "true")
    reads = Reads(monkeypatch)
    bench.shell("c2", "true")
    assert reads.names == ["a", "a"]


def test_only_what_a_call_names_is_looked_at(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    (bench.root / "a").write_text("a")
    (bench.root / "b").write_text("b")
    reads = Reads(monkeypatch)
    bench.write("c1", "a", "new")
    assert reads.names == ["a", "a"]


def test_what_only_reads_needs_no_snapshot(bench: Bench) -> None:
    facts = ToolFacts(read_only=True)
    assert bench.snapshots.before("c1", Effects(kind="read", reads=("a",)), facts) is None
    assert bench.snapshots.after("c1") is None and bench.snapshots.covers(Effects(kind="mcp"), facts)


def test_the_first_phase_tells_what_a_call_names_as_it_is(bench: Bench) -> None:
    (bench.root / "a").write_text("a")
    taken = bench.snapshots.before("c1", Effects(kind="files", writes=("n",), deletes=("a",)), ToolFacts())
    assert taken is not None and [(f.path, f.change) for f in taken.files] == [("a", "deleted"), ("n", "new")]
    assert bench.snapshots.content(taken.files[0].before) == b"a"


@pytest.mark.parametrize("composed", ["NFC", "NFD"])
def test_a_korean_name_is_found_however_it_is_composed(bench: Bench, composed: str) -> None:
    name = unicodedata.normalize("NFD", "보고서.txt")
    (bench.root / name).write_text("처음")
    effects = Effects(kind="files", writes=(unicodedata.normalize(composed, name),))  # type: ignore[arg-type]
    bench.call("c1", effects, lambda: (bench.root / name).write_text("나중"))
    assert [file.path for file in bench.last_files] == [name]
    bench.undo()
    assert (bench.root / name).read_text() == "처음" and set(folder_state(bench.root)) == {name}


def test_a_file_written_through_a_link_is_put_back_where_it_lies(bench: Bench) -> None:
    (bench.root / "real").mkdir()
    (bench.root / "real/a").write_text("first")
    (bench.root / "way").symlink_to("real")
    (bench.root / "file").symlink_to("real/a")
    first = folder_state(bench.root)
    bench.write("c1", "way/a", "by the run")
    bench.write("c2", "file", "by the run again")
    bench.undo()
    assert folder_state(bench.root) == first


def test_too_large_a_file_is_counted_and_told_as_lost_when_it_changed(tmp_path: Path) -> None:
    bench = Bench(tmp_path.resolve(), SnapshotLimits(file_bytes=1000))
    (bench.root / "big").write_bytes(b"x" * 1001)
    (bench.root / "small").write_text("first")
    assert not bench.snapshots.covers(SHELL, ANYWHERE)
    assert bench.snapshots.covers(Effects(kind="files", writes=("small",)), ToolFacts())
    assert not bench.snapshots.covers(Effects(kind="files", writes=("big",)), ToolFacts())
    bench.shell("c1", "echo more >> big; echo more >> small")
    before, after = bench.entries[0].event, bench.entries[1].event
    assert isinstance(before, SnapshotTaken) and before.uncovered == 1
    assert isinstance(after, SnapshotTaken) and after.uncovered == 1
    assert {step.path: step.action for step in bench.snapshots.plan(bench.entries).steps} == {
        "big": "lost",
        "small": "restore",
    }
    bench.undo()
    assert (bench.root / "small").read_text() == "first" and (bench.root / "big").stat().st_size == 1006


def test_a_new_file_too_large_to_keep_is_kept_when_it_is_undone(tmp_path: Path) -> None:
    bench = Bench(tmp_path.resolve(), SnapshotLimits(file_bytes=1000))
    bench.shell("c1", "head -c 3000000 /dev/zero > big")
    bench.undo()
    assert not (bench.root / "big").exists()
    bench.undo(bench.snapshots.plan_redo(bench.entries))
    assert (bench.root / "big").read_bytes() == bytes(3_000_000)


@pytest.mark.parametrize("limits", [SnapshotLimits(total_bytes=15), SnapshotLimits(items=2)])
def test_a_folder_with_too_much_in_it_is_not_covered(tmp_path: Path, limits: SnapshotLimits) -> None:
    bench = Bench(tmp_path.resolve(), limits)
    for name in ("a", "b"):
        (bench.root / name).mkdir()
        (bench.root / name / "file").write_text("0123456789")
    assert not bench.snapshots.covers(SHELL, ANYWHERE)
    bench.shell("c1", "echo more > a/file; echo new > new")
    assert {"new"} <= {file.path for file in bench.last_files}
    bench.undo()
    assert not (bench.root / "new").exists()


def test_pipes_do_not_hang_and_sockets_do_not_count_as_covered(bench: Bench) -> None:
    os.mkfifo(bench.root / "pipe")
    assert bench.snapshots.covers(SHELL, ANYWHERE)
    bind(bench.root / "socket")
    assert not bench.snapshots.covers(SHELL, ANYWHERE)
    bench.shell("c1", "echo a > a")
    assert [file.path for file in bench.last_files] == ["a"]


def bind(path: Path) -> None:
    """Leave a socket at `path` that nobody listens to."""
    os.mknod(path, stat.S_IFSOCK | 0o600)


MOST_GROWN = 20 * 2**20  # far below what is kept of a file


def test_a_file_that_grows_while_it_is_read_is_kept_as_it_was_at_some_moment(bench: Bench) -> None:
    ends = threading.Event()
    (bench.root / "log").write_bytes(b"first\n")

    def grow() -> None:
        with (bench.root / "log").open("ab", buffering=0) as file:
            while not ends.wait(0.0005):
                if file.tell() < MOST_GROWN:
                    file.write(b"line\n" * 20_000)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        for number in range(5):
            taken = bench.snapshots.before(f"c{number}", Effects(kind="files", writes=("log",)), ToolFacts())
            assert taken is not None
            kept = bench.snapshots.content(taken.files[0].before)
            assert kept.startswith(b"first\n") and len(kept) == taken.files[0].bytes_before
    finally:
        ends.set()
        writer.join()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_cannot_be_read_is_not_covered_and_stays(bench: Bench) -> None:
    (bench.root / "secret").write_text("x")
    (bench.root / "closed").mkdir()
    (bench.root / "closed/in").write_text("x")
    (bench.root / "secret").chmod(0)
    (bench.root / "closed").chmod(0)
    try:
        assert not bench.snapshots.covers(SHELL, ANYWHERE)
        bench.shell("c1", "echo a > a; chmod 755 closed")
        bench.undo()
        (bench.root / "closed").chmod(0o755)
        assert (bench.root / "closed/in").exists() and not (bench.root / "a").exists()
    finally:
        (bench.root / "closed").chmod(0o755)


def test_our_own_folder_in_the_workspace_is_not_kept(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    (root / "a").write_text("a")
    snapshots = Snapshots(root / "data/snapshots", Workspace(root, ("data",)))
    assert snapshots.before("c1", SHELL, ANYWHERE) is not None
    (root / "b").write_text("b")
    taken = snapshots.after("c1")
    assert taken is not None and [file.path for file in taken.files] == ["b"]


def test_a_workspace_that_is_gone_is_told(bench: Bench) -> None:
    bench.root.rmdir()
    with pytest.raises(UserError, match=r"undo\.no_folder"):
        bench.snapshots.before("c1", SHELL, ANYWHERE)


def test_collecting_keeps_what_a_run_needs_and_what_a_killed_call_left(bench: Bench) -> None:
    (bench.root / "a").write_text("first")
    bench.write("c1", "a", "by the run")
    (bench.root / "other").write_text("only in the manifest")
    bench.add(bench.snapshots.before("c2", SHELL, ANYWHERE))
    (bench.root / "other").unlink()
    stray = ContentStore(bench.store).put_bytes(b"of a run that is gone")
    bench.snapshots.collect(hashes(bench.entries), before=float("inf"))
    assert not ContentStore(bench.store).has(stray)
    bench.again()
    for taken in bench.snapshots.settle(bench.entries):
        bench.add(taken)
    bench.undo()
    assert (bench.root / "a").read_text() == "first"
    assert (bench.root / "other").read_text() == "only in the manifest"


def test_a_full_disk_is_told_before_anything_is_changed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bench.root / "a").write_text("first")
    monkeypatch.setattr("agents.snapshots.content.SPARE", 1 << 62)
    taken = bench.snapshots.before("c1", SHELL, ANYWHERE)
    assert taken is not None and taken.uncovered == 1
    with pytest.raises(UserError, match=r"undo\.no_room"):
        ContentStore(bench.store).put_bytes(b"x")


def test_a_store_that_cannot_be_written_is_told(bench: Bench) -> None:
    bench.store.write_text("a file where the folder would be")
    (bench.root / "a").write_text("a")
    with pytest.raises(UserError, match=r"undo\.not_kept"):
        bench.snapshots.before("c1", SHELL, ANYWHERE)
