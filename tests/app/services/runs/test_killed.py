"""A run that is killed again and again, over the real store, loses no event, repeats no effect, and can be undone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from agents.events import Approval, RunStarted, SnapshotTaken, ToolCalled, ToolResult
from agents.permissions.values import Effects, ToolFacts
from agents.sandbox.find import find_sandbox
from agents.snapshots.snapshots import Snapshots
from agents.workspace.workspace import Workspace
from app.services.guidance.instructions import Found
from app.services.runs.start import start_of
from app.services.runs.values import RunRecord, RunSpec
from app.services.runs.view import view_of
from tests.support.agents.house import UNLIMITED, House
from tests.support.agents.killed_services import STEPS, prepare, reply
from tests.support.agents.runs import broken_orders
from tests.support.folder_states import folder_state
from tests.support.servers.openai_script import call, in_order
from tests.support.servers.openai_server import OpenAiServer

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="processes are forked"),
    pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine"),
    pytest.mark.long,
]


@pytest.mark.parametrize(
    ("kills", "seed"),
    [(3, 1), *(pytest.param(10, seed, marks=pytest.mark.agents) for seed in range(2, 5))],
)
def test_a_killed_run_goes_on_and_does_everything_once(tmp_path: Path, kills: int, seed: int) -> None:
    home, workspace = tmp_path / "data", tmp_path / "workspace"
    prepare(workspace)
    before = folder_state(workspace)
    with OpenAiServer(reply, kind="vllm", context=400_000) as server:
        command = [sys.executable, "-m", "tests.support.agents.killed_services", str(home), str(workspace)]
        command += [server.model, str(kills), str(seed)]
        # What is killed leaves its temporary folders behind.
        (tmp_path / "temporary").mkdir()
        environment = os.environ | {"TMPDIR": str(tmp_path / "temporary")}
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=150, check=False, env=environment
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        assert len(json.loads(ran.stdout)) == kills
        house = House(home, server.model)
        try:
            checked(house, workspace, tmp_path / "told")
            run = house.runs.all()[0].id
            house.runs.undo(run, house.runs.undo_plan(run))
        finally:
            house.close()
    assert folder_state(workspace) == before


def checked(house: House, workspace: Path, told: Path) -> None:
    (record,) = house.runs.all()
    entries = house.entries(record.id)
    assert broken_orders(entries) == []
    assert house.runs.view(record.id) == view_of(record, entries, None, house.runs.grants.all())
    # Whatever was told of is in the journal; numbers come again only when they were not told before.
    numbers = [int(number) for number in told.read_text().split()]
    assert len(numbers) == len(set(numbers)) and set(numbers) <= {entry.seq for entry in entries}

    made = {e.event.call: e.event for e in entries if isinstance(e.event, ToolCalled)}
    results = {e.event.call: e.event.status for e in entries if isinstance(e.event, ToolResult)}
    assert len(made) == len(results) == STEPS
    lines, story = (workspace / "lines.txt").read_text(), (workspace / "story.txt").read_text()
    for name, wanted in made.items():
        arguments = wanted.arguments
        assert isinstance(arguments, dict)
        if wanted.name == "shell":
            count = len(re.findall(arguments["command"].split("'")[1] + r"\b", lines))
        elif wanted.name == "edit_file":
            count = story.count(arguments["new_text"].split("\n")[0])
        elif wanted.name == "write_file":
            moved = workspace / "kept" / Path(arguments["path"]).name
            count = (workspace / arguments["path"]).exists() + moved.exists()
        elif wanted.name == "move_file":
            count = int((workspace / arguments["to"]).exists())
        else:
            count = int(not (workspace / arguments["path"]).exists())
        # An interrupted one was done or not, and what it needs may be missing then; none was done twice.
        done = results[name] == "ok"
        assert count == 1 if done else count in (0, 1), (wanted, results[name], count)
    kept = {e.event.call for e in entries if isinstance(e.event, SnapshotTaken) and e.event.phase == "after"}
    allowed = {
        e.event.call for e in entries if isinstance(e.event, Approval) and e.event.decision == "allowed"
    }
    assert {name for name in allowed if results[name] == "ok"} <= kept


def test_a_run_that_was_killed_before_its_model_was_ready_begins_after_all(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    with OpenAiServer(in_order(call("write_file", {"path": "a", "content": "b"})), kind="vllm") as server:
        house = House(tmp_path / "data", server.model)
        wish = RunSpec("Do it.", str(workspace), server.model, "workspace", "low", UNLIMITED, ("write_file",))
        start = start_of(wish, "Do it.", str(workspace), (), Found())
        record = RunRecord(0, "", "Do it.", str(workspace), server.model, "workspace", "running", 1.0, 1.0)
        run = house.services.store.runs.add(record, 0, start.kept()).id
        try:
            assert [found.id for found in house.runs.recover()] == [run]
            house.resume(run, "Now.")
            begun = house.entries(run)[0].event
        finally:
            house.close()
    assert isinstance(begun, RunStarted)
    assert (begun.task, begun.mode, begun.reasoning, begun.budget) == (
        "Do it.\n\nNow.",
        "workspace",
        "low",
        UNLIMITED,
    )
    assert begun.tools == ("write_file", "read_result") and (workspace / "a").read_text() == "b"


def test_what_was_half_written_goes_when_the_run_is_found_whether_it_goes_on_or_not(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "a.txt").write_text("old")
    house = House(tmp_path / "data", "starter")
    try:
        runs = house.services.store.runs
        record = RunRecord(0, "", "Do it.", str(workspace), "starter", "workspace", "running", 1.0, 1.0)
        run = runs.add(record).id
        snapshots = Snapshots(tmp_path / "data" / "snapshots", Workspace(workspace))
        before = snapshots.before("c1", Effects(kind="files", writes=("a.txt",)), ToolFacts())
        assert before is not None
        runs.append(run, RunStarted("Do it.", str(workspace), "starter", "workspace", UNLIMITED, (), "", 1))
        runs.append(run, ToolCalled(1, "c1", "write_file", {"path": "a.txt", "content": "new"}))
        runs.append(run, Approval("c1", "allowed", "mode"))
        runs.append(run, before)
        (workspace / ".0123456789abcdef.part").write_text("ne")
        (workspace / "mine.part").write_text("kept")
        house.runs.recover()
        assert sorted(path.name for path in workspace.iterdir()) == ["a.txt", "mine.part"]
    finally:
        house.close()
