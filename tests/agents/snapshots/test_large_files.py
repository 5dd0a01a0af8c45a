"""Large files and files with holes: undone without a copy, and with the holes that they had."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agents.events import SnapshotTaken
from agents.snapshots.content import ContentStore
from agents.snapshots.holes import read_pieces
from tests.agents.snapshots.conftest import Bench
from tests.agents.snapshots.test_keeping import Reads

TERABYTE = 1 << 40


def sparse(path: Path, size: int, *parts: tuple[int, bytes]) -> None:
    with path.open("wb") as file:
        for at, data in parts:
            file.seek(at)
            file.write(data)
        file.truncate(size)


def taken(path: Path) -> int:
    """Bytes that a file takes on the disk."""
    return path.stat().st_blocks * 512


def test_new_files_of_any_size_are_undone_and_redone_without_being_read(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = Reads(monkeypatch)

    def act() -> None:
        for number in range(3):
            sparse(bench.root / f"{number}", TERABYTE, (TERABYTE // 2, b"middle"))

    bench.act("c1", act)
    undone = bench.undo()
    assert undone.conflicts == () and not list(bench.root.iterdir()) and reads.names == []
    assert sum(taken(path) for path in bench.store.rglob("*") if path.is_file()) < 1 << 20


def test_a_large_new_file_is_undone_and_redone_again_and_again(bench: Bench) -> None:
    size = 40 << 20
    bench.act("c1", lambda: sparse(bench.root / "big", size, (20 << 20, b"middle")))
    for _ in range(2):
        assert bench.undo().conflicts == () and not (bench.root / "big").exists()
        bench.undo(bench.snapshots.plan_redo(bench.entries))
        with (bench.root / "big").open("rb") as file:
            file.seek(20 << 20)
            assert file.read(6) == b"middle" and file.seek(0, 2) == size
        assert taken(bench.root / "big") < 1 << 20
    assert bench.snapshots.collect(set(), before=float("inf")) > 0 and not list(bench.store.glob("moved/*"))


def test_a_large_file_that_a_person_changed_is_kept_when_it_is_forced(bench: Bench) -> None:
    bench.act("c1", lambda: sparse(bench.root / "big", 40 << 20))
    sparse(bench.root / "big", 41 << 20, (5, b"by the user"))
    assert bench.undo().conflicts == ("big",)
    bench.undo(force=("big",))
    assert not (bench.root / "big").exists()
    bench.undo(bench.snapshots.plan_redo(bench.entries))
    assert (bench.root / "big").read_bytes()[5:16] == b"by the user"


def test_what_cannot_be_moved_is_copied(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def other_disk(*_: object) -> str:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(ContentStore, "take", other_disk)
    bench.act("c1", lambda: sparse(bench.root / "big", 20 << 20, (7, b"text")))
    bench.undo()
    assert not (bench.root / "big").exists()
    bench.undo(bench.snapshots.plan_redo(bench.entries))
    assert (bench.root / "big").read_bytes()[7:11] == b"text"


def test_a_large_new_file_that_the_next_call_changes_comes_back(bench: Bench) -> None:
    bench.act("c1", lambda: sparse(bench.root / "big", 20 << 20, (7, b"text")))
    event = bench.entries[-1].event
    assert isinstance(event, SnapshotTaken) and event.uncovered == 0
    bench.shell("c2", "echo other > big")
    bench.undo(bench.snapshots.plan(bench.entries, calls={"c2"}))
    assert (bench.root / "big").read_bytes() == bytes(7) + b"text" + bytes((20 << 20) - 11)
    assert bench.undo().conflicts == () and not (bench.root / "big").exists()


def test_holes_stay_holes(bench: Bench) -> None:
    parts = ((0, b"start"), (10 << 20, os.urandom(5000)), (30 << 20, b"end"))
    sparse(bench.root / "a", 60 << 20, *parts)
    sparse(bench.root / "b", 50 << 20)
    content, blocks = (bench.root / "a").read_bytes(), taken(bench.root / "a")
    bench.shell("c1", "rm a; echo text > b")
    assert sum(taken(path) for path in bench.store.rglob("*") if path.is_file()) < 1 << 20
    bench.undo()
    assert (bench.root / "a").read_bytes() == content and taken(bench.root / "a") <= blocks
    assert (bench.root / "b").stat().st_size == 50 << 20 and taken(bench.root / "b") == 0


@pytest.mark.parametrize("size", [0, 1, 4096, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_pieces_are_the_content(tmp_path: Path, size: int) -> None:
    for number, parts in enumerate([(), ((size // 2, b"x"),), ((0, b"y"), (size, b""))]):
        path = tmp_path / f"{number}"
        sparse(path, size, *parts)
        with path.open("rb") as file:
            assert b"".join(read_pieces(file.fileno(), size)) == path.read_bytes()
