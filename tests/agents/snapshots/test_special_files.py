"""Pipes and sockets: what a run put in the place of a file goes, and the file comes back."""

from __future__ import annotations

import os
import stat

import pytest

from tests.agents.snapshots.conftest import Bench
from tests.support.folder_states import folder_state

KINDS = [stat.S_IFIFO, stat.S_IFSOCK]


@pytest.mark.parametrize("kind", KINDS)
def test_a_special_file_never_keeps_a_file_from_coming_back(bench: Bench, kind: int) -> None:
    (bench.root / "a").write_text("first")
    (bench.root / "folder").mkdir()
    (bench.root / "folder/b").write_text("second")
    first = folder_state(bench.root)

    def act() -> None:
        (bench.root / "a").unlink()
        os.mknod(bench.root / "a", kind | 0o600)
        (bench.root / "folder/b").unlink()
        (bench.root / "folder").rmdir()
        os.mknod(bench.root / "folder", kind | 0o600)
        (bench.root / "new").mkdir()
        os.mknod(bench.root / "new/special", kind | 0o600)

    bench.act("c1", act)
    assert bench.undo().conflicts == ()
    assert folder_state(bench.root) == first


def test_a_pipe_comes_back_with_its_mode(bench: Bench) -> None:
    for name in ("gone", "replaced", "opened"):
        os.mkfifo(bench.root / name)
        (bench.root / name).chmod(0o620)
    first = folder_state(bench.root)
    bench.shell("c1", "rm gone replaced; echo text > replaced; chmod 666 opened")
    then = folder_state(bench.root)
    bench.undo()
    assert folder_state(bench.root) == first
    bench.undo(bench.snapshots.plan_redo(bench.entries))
    assert folder_state(bench.root) == then


def test_a_socket_that_a_run_removed_is_told_as_lost(bench: Bench) -> None:
    os.mknod(bench.root / "socket", stat.S_IFSOCK | 0o600)
    bench.shell("c1", "rm socket; echo a > a")
    assert {step.path: step.action for step in bench.snapshots.plan(bench.entries).steps} == {
        "a": "remove",
        "socket": "lost",
    }
    bench.undo()
    assert not (bench.root / "a").exists()


def test_a_pipe_of_somebody_else_in_the_place_of_a_file_is_left_alone(bench: Bench) -> None:
    bench.write("c1", "a", "by the run")
    (bench.root / "a").unlink()
    os.mkfifo(bench.root / "a")
    assert bench.undo().conflicts == ("a",)
    assert (bench.root / "a").is_fifo()
