"""A run that is killed again and again loses no event, repeats no effect, and can be undone to the byte."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from agents.events import ToolCalled, ToolResult
from tests.support.agents.killed_run import LINES, bench
from tests.support.agents.runs import broken_orders

KILLS = 10

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")


@pytest.mark.parametrize("seed", [2])
def test_a_run_that_is_killed_at_random_moments_does_everything_once(tmp_path: Path, seed: int) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "story.txt").write_text("Once.\nThe end.")
    command = [sys.executable, "-m", "tests.support.agents.killed_run", str(tmp_path), str(KILLS), str(seed)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (ran.stdout.strip(), ran.stderr) == (str(KILLS), "")

    done = bench(tmp_path)
    entries = done.journal.entries()
    assert not broken_orders(entries)
    assert done.state().finished is not None and done.state().finished.reason == "answered"
    made = [entry.event for entry in entries if isinstance(entry.event, ToolCalled)]
    told = {entry.event.call: entry.event.status for entry in entries if isinstance(entry.event, ToolResult)}
    assert len(made) == len(told) == LINES

    lines = (workspace / "lines.txt").read_text()
    story = (workspace / "story.txt").read_text()
    for call in made:
        assert isinstance(call.arguments, dict)
        if call.name == "add_line":
            count = len(re.findall(f"<{call.arguments['line']}\\b", lines))
        elif call.name == "edit_file":
            count = story.count(str(call.arguments["new_text"]).split("\n")[0] + "\n")
        else:
            count = int((workspace / str(call.arguments["path"])).exists())
        # An interrupted one was done or not, and never twice; all others were done once.
        assert count == 1 or (count == 0 and told[call.call] == "interrupted"), (call, count)

    assert done.snapshots is not None
    done.snapshots.undo(done.snapshots.plan(entries))
    assert {path.name: path.read_text() for path in workspace.iterdir()} == {"story.txt": "Once.\nThe end."}
