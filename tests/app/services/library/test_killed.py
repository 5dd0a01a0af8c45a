"""A process that is killed in the middle of moving files about loses none and leaves none behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[4]
# Every seventh step here; `python -m tests.support.library.killed_library FOLDER` takes them all.
STRIDE = 7


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
def test_killed_at_any_step_the_library_is_whole_at_the_next_start(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.library.killed_library", str(tmp_path), str(STRIDE)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    kills = dict(line.split() for line in done.stdout.splitlines())
    assert kills.keys() == {"link", "copy", "rename", "remove", "restore", "empty"}
    assert all(int(count) > 1 for count in kills.values())
