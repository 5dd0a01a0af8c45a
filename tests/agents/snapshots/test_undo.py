"""Undoing: to the byte, and nothing of anybody else's."""

from __future__ import annotations

import os

from tests.agents.snapshots.conftest import Bench
from tests.support.folder_states import folder_state


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
