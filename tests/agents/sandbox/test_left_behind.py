"""Traps that a sandboxed program leaves in the workspace, for our own tools and snapshots, which are not confined."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agents.api import Confinement, Limits, Outcome, Sandbox, Tool, ToolContext
from agents.permissions.values import Effects, ToolFacts
from agents.sandbox.visible import interpreter
from agents.snapshots.snapshots import Snapshots
from agents.tools.builtin import builtin_tools
from tests.support.agents.places import here_in

pytestmark = [pytest.mark.long, pytest.mark.process]

_TRAPS = """
import os, socket, sys
outside = sys.argv[1]
os.mkfifo("pipe")
os.symlink(outside + "/secret.txt", "linked.txt")
os.symlink(outside, "linked")
os.symlink("/proc/self/environ", "environment.txt")
os.symlink("/dev/zero", "zeros.txt")
os.symlink("loop.txt", "loop.txt")
os.mkdir("around")
os.symlink("..", "around/again")
with open("sparse.txt", "wb") as file:
    file.truncate(1 << 30)
name = "deep"
os.mkdir(name)
here = os.getcwd()
for _ in range(300):
    os.chdir(name)
    os.mkdir(name)
os.chdir(here)
open(b"bytes-\\xff.txt", "w").close()
open("line\\nbreak.txt", "w").close()
with open("plain.txt", "w") as file:
    file.write("needle")
try:
    socket.socket(socket.AF_UNIX).bind("socket")
except OSError:
    pass
"""


@pytest.fixture
def here(sandbox: Sandbox, tmp_path: Path) -> ToolContext:
    here = here_in(tmp_path, sandbox=sandbox)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.txt").write_text("needle CANARY")
    argv = [str(interpreter()), "-I", "-c", _TRAPS, str(tmp_path / "outside")]
    ran = sandbox.run(argv, Confinement(here.workspace.root), limits=Limits(seconds=300))
    assert ran.code == 0, ran.errors
    return here


def within(seconds: float, work: Callable[[], Any]) -> Any:
    """What `work` gives; a tool that hangs fails the test and not the whole run of tests."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(work()), daemon=True)
    started = time.monotonic()
    thread.start()
    thread.join(seconds)
    assert found, f"nothing after {time.monotonic() - started:.0f} s"
    return found[0]


def called(here: ToolContext, name: str, **arguments: Any) -> Outcome:
    tools: dict[str, Tool] = {tool.name: tool for tool in builtin_tools(here.sandbox)}
    return within(300, lambda: tools[name].run(arguments, here))


def test_file_tools_neither_hang_nor_leave(here: ToolContext, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    assert "plain.txt" in called(here, "list_files").text
    assert "plain.txt" in called(here, "find_files", pattern="**/*.txt").text
    searched = called(here, "search_text", pattern="needle|CANARY")
    assert "plain.txt" in searched.text and "CANARY" not in searched.text
    names = ("pipe", "linked.txt", "linked/secret.txt", "environment.txt", "zeros.txt", "loop.txt", "socket")
    for name in names:
        read = called(here, "read_file", path=name)
        assert read.status == "error" and "CANARY" not in read.text, name
        edited = called(here, "edit_file", path=name, old_text="needle", new_text="changed")
        assert edited.status == "error", name
    for name in ("linked/new.txt", "linked.txt", "around/again/linked/new.txt"):
        assert called(here, "write_file", path=name, content="changed").status == "error", name
    called(here, "move_file", path="plain.txt", to="linked/plain.txt")
    called(here, "delete_file", path="linked")
    called(here, "write_file", path="pipe", content="changed")
    assert sorted(os.listdir(outside)) == ["secret.txt"]  # noqa: PTH208
    assert (outside / "secret.txt").read_text() == "needle CANARY"


def test_snapshots_neither_hang_nor_leave(here: ToolContext, tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path / "store", here.workspace)
    effects, facts = Effects(kind="shell", command="true"), ToolFacts(anywhere=True)
    within(300, lambda: snapshots.covers(effects, facts))
    taken = within(300, lambda: snapshots.before("c1", effects, facts))
    assert taken is not None
    (here.workspace.root / "plain.txt").write_text("after")
    after = within(300, lambda: snapshots.after("c1"))
    assert after is not None and [file.path for file in after.files] == ["plain.txt"]
    kept = b"".join(path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file())
    assert b"CANARY" not in kept


def test_another_program_of_the_sandbox_goes_on_there(here: ToolContext) -> None:
    assert here.sandbox is not None
    ran = here.sandbox.run(["ls", "-a"], Confinement(here.workspace.root), limits=Limits(seconds=300))
    assert ran.code == 0 and "plain.txt" in ran.output


def test_a_program_that_runs_as_its_owner_cannot_be_left(sandbox: Sandbox, tmp_path: Path) -> None:
    workspace = here_in(tmp_path).workspace.root
    sandbox.run(["sh", "-c", "cp /bin/sh sh; chmod 6755 sh; cp -p /usr/bin/su su"], Confinement(workspace))
    for path in workspace.iterdir():
        assert not stat.S_IMODE(path.stat().st_mode) & (stat.S_ISUID | stat.S_ISGID)
