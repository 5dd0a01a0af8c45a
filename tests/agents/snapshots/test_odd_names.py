"""Names that no tool writes but a command can: bytes that are no UTF-8, line ends, dashes, paths of any length."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.permissions.values import Effects, ToolFacts
from agents.snapshots import scan
from agents.snapshots.names import kept_name, real_name
from tests.agents.snapshots.conftest import Bench
from tests.support.folder_states import folder_state

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names are plain bytes on Linux alone")
ODD = (
    b"\xff\xfe.txt",
    b"caf\xe9",
    b"a\nb",
    b"-rf",
    b" ",
    b"tab\there",
    "\ufffd".encode(),
    "\ufffde9".encode(),
    "\ufffd--".encode(),
    b"quote'\"`$(x)",
)


def test_files_folders_and_links_with_any_name_are_undone_and_redone(bench: Bench) -> None:
    root = os.fsencode(bench.root)
    for name in ODD[::2]:
        (Path(os.fsdecode(root + b"/" + name))).write_text("before")
    first = folder_state(bench.root)

    def act() -> None:
        for name in ODD:
            path = Path(os.fsdecode(root + b"/" + name))
            path.write_text("by the run")
            folder = Path(os.fsdecode(root + b"/d" + name))
            folder.mkdir()
            (folder / "inside").write_text("new")
            (folder / "link").symlink_to(os.fsdecode(name))

    bench.act("c1", act)
    then = folder_state(bench.root)
    assert all(change.path.encode() for change in bench.last_files)  # a journal is UTF-8
    bench.again()
    assert bench.undo().conflicts == ()
    assert folder_state(bench.root) == first
    bench.undo(bench.snapshots.plan_redo(bench.entries))
    assert folder_state(bench.root) == then


def test_such_names_count_as_covered(bench: Bench) -> None:
    (bench.root / os.fsdecode(b"\xff")).write_text("x")
    assert bench.snapshots.covers(Effects(kind="shell"), ToolFacts(anywhere=True))


@given(st.lists(st.sampled_from(["\ufffd", "\udce9", "e", "9", "-", "a/b"]), min_size=1).map("".join))
def test_every_name_is_kept_as_text_and_found_again(name: str) -> None:
    kept = kept_name(name)
    assert kept.encode() and real_name(kept) == name


def test_a_tool_that_names_such_a_file_keeps_it(bench: Bench) -> None:
    (bench.root / "\ufffde9").write_text("before")
    bench.write("c1", "\ufffde9", "by the run")
    assert bench.undo().conflicts == () and (bench.root / "\ufffde9").read_text() == "before"


def _down(root: Path, name: str, levels: int) -> int:
    """An open folder that many levels below `root`."""
    folder = os.open(root, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=folder)
        below = os.open(name, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    return folder


def test_a_path_longer_than_the_system_takes_is_undone_and_redone(bench: Bench) -> None:
    def act() -> None:
        folder = _down(bench.root, "n" * 250, 40)  # 10,000 bytes
        os.close(os.open("file", os.O_WRONLY | os.O_CREAT, dir_fd=folder))
        os.symlink("x", "link", dir_fd=folder)
        os.close(folder)

    bench.act("c1", act)
    assert len(bench.last_files) == 42
    assert bench.undo().conflicts == ()
    assert list(bench.root.iterdir()) == []
    assert len(bench.undo(bench.snapshots.plan_redo(bench.entries)).files) == 42
    assert bench.undo().conflicts == ()
    assert list(bench.root.iterdir()) == []


def test_what_lies_deeper_than_is_looked_is_named(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "DEEPEST", 20)
    bench.act("c1", lambda: os.close(_down(bench.root, "d", 25)))
    bench.act("c2", lambda: (bench.root / "a").write_text("x"))
    undone = bench.undo()
    assert undone.conflicts and undone.conflicts[0] == "d" and not (bench.root / "a").exists()
    assert (bench.root / "d").exists()
