"""When the process of a run is killed, all that it has left running is ended; the run goes on with a new shell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agents.commands.commands import RESUMED
from agents.events import Background, ToolResult
from agents.sandbox.find import find_sandbox
from tests.support.agents.killed_background import bench
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.process,
    pytest.mark.long,
    pytest.mark.skipif(find_sandbox() is None, reason="there is no sandbox here"),
]


def test_a_killed_run_leaves_nothing_running_and_goes_on_and_is_undone(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    beats = workspace / "beats.txt"
    command = [sys.executable, "-m", "tests.support.agents.killed_background", str(tmp_path)]
    journal = tmp_path / "journal.jsonl"  # only looked at: to open it mends what is being written
    with subprocess.Popen(command) as running:
        wait_until(lambda: journal.exists() and journal.read_bytes().count(b'"tool_result"') == 2)
        running.kill()
    (tmp_path / "killed").touch()
    sizes: list[int] = []

    def stands() -> bool:
        sizes.append(beats.stat().st_size)
        return len(sizes) > 40 and len(set(sizes[-40:])) == 1

    wait_until(stands)
    ran = subprocess.run(command, timeout=300, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert sizes[-1] == beats.stat().st_size
    third = results(tmp_path)[2]
    assert "[none]" in third and RESUMED in third
    entries = bench(tmp_path).journal.entries()
    ends = [e.event for e in entries if isinstance(e.event, Background) and e.event.state == "ended"]
    assert [(end.id, end.reason) for end in ends] == [("b1", "interrupted")]
    snapshots = bench(tmp_path).snapshots
    assert snapshots is not None
    snapshots.undo(snapshots.plan(entries))
    assert list(workspace.iterdir()) == []


def results(folder: Path) -> list[str]:
    entries = bench(folder).journal.entries()
    return [entry.event.text for entry in entries if isinstance(entry.event, ToolResult)]
