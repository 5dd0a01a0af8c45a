"""The commands of a run: one shell for all of it, servers in the background, and what all of that did undone."""

from __future__ import annotations

import contextlib
import functools
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agents.api import Confinement, Limits, ModelRequest, ModelResponse, Ran
from agents.budget import Budget
from agents.commands.commands import EARLIER, NEW, RESUMED, RunCommands
from agents.events import Background, RunResumed, SnapshotTaken, ToolResult
from agents.permissions.values import Decision
from agents.sandbox.find import find_sandbox
from agents.sandbox.inside.plan import SHELL, STATE
from agents.tools.background import background
from agents.tools.executing import python, shell
from agents.tools.fetch_page import fetch_page
from agents.tools.files.write_file import write_file
from engine.values import Message, ToolCall
from tests.support.agents.runs import Bench, ScriptedApprover, started
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(find_sandbox() is None, reason="there is no sandbox here"),
]
TOOLS = (shell, python, background, fetch_page, write_file)
Order = tuple[str, dict[str, Any]]
SERVER = "python3 -u -m http.server --bind 127.0.0.1 8123"
HAS_PORTS = pytest.mark.skipif(
    (found := find_sandbox()) is None or not found.filters, reason="without namespaces there are no ports"
)


def bench(folder: Path, *orders: Order | Callable[[ModelRequest], ModelResponse]) -> Bench:
    replies = (order if callable(order) else calls(order) for order in orders)
    made = Bench(folder, ScriptedBrain(*replies, says("Done.")), TOOLS)
    made.here = msgspec.structs.replace(made.here, sandbox=find_sandbox())
    return made


def sh(command: str, **more: Any) -> Order:
    return "shell", {"command": command, **more}


def results(made: Bench) -> list[str]:
    return [e.event.text for e in made.journal.entries() if isinstance(e.event, ToolResult)]


def ends(made: Bench) -> list[tuple[str, str]]:
    events = (entry.event for entry in made.journal.entries())
    return [(e.id, e.reason) for e in events if isinstance(e, Background) and e.state == "ended"]


def go(made: Bench) -> None:
    made.run().go(started(mode="all-in-sandbox"))


def test_each_command_finds_what_the_one_before_left(tmp_path: Path) -> None:
    made = bench(
        tmp_path, sh("mkdir a; cd a; export X=1"), sh("pwd; echo $X"), ("python", {"code": "print(6 * 7)"})
    )
    go(made)
    assert f"{made.workspace}/a\n1" in results(made)[1] and "42" in results(made)[2]


@HAS_PORTS
def test_a_server_in_the_background_is_reached_by_commands_and_by_the_page_tool_and_ends_with_the_run(
    tmp_path: Path,
) -> None:
    made = bench(
        tmp_path,
        sh(SERVER, background=True),
        sh("for i in $(seq 100); do curl -sf localhost:8123/page.txt && break; sleep 0.1; done"),
        ("fetch_page", {"url": "http://localhost:8123/page.txt"}),
        ("background", {"id": "b1", "wait": 10}),
        ("fetch_page", {"url": "http://localhost:8999/"}),
    )
    (made.workspace / "page.txt").write_text("served text")
    go(made)
    first, curled, fetched, looked, nothing = results(made)
    assert first.startswith("[b1 runs")
    assert "served text" in curled and "served text" in fetched
    assert "[b1 runs, listening at port 8123]" in looked and "GET /page.txt" in looked
    assert "Nothing listens at port 8999" in nothing
    assert ends(made) == [("b1", "run")]
    events = [e.event for e in made.journal.entries()]
    assert any(isinstance(e, Background) and e.ports == (8123,) for e in events)
    assert made.approver.asked == [] and not made.state().tainted


def test_a_command_in_the_background_is_listed_read_and_stopped(tmp_path: Path) -> None:
    made = bench(
        tmp_path,
        sh("echo one; sleep 99", background=True),
        sh("exit 3", background=True),
        ("background", {}),
        ("background", {"id": "b1", "stop": True}),
        ("background", {"id": "b7"}),
    )
    go(made)
    one, two, listed, stopped, unknown = results(made)
    assert "one" in one
    assert "[b2 has ended with exit code 3]" in two
    assert "[b1 runs]\necho one; sleep 99" in listed and "b2 has ended" in listed
    assert "b1 was ended" in stopped
    assert "There are: b1, b2." in unknown
    assert ends(made) == [("b2", "exit"), ("b1", "model")]


def test_a_command_in_the_background_has_no_internet(tmp_path: Path) -> None:
    made = bench(tmp_path, sh("sleep 9", background=True, network=True))
    made.approver = ScriptedApprover(Decision(True))
    go(made)
    assert "in the background there is no internet" in results(made)[0] and ends(made) == []


def undone(made: Bench) -> None:
    assert made.snapshots is not None
    plan = made.snapshots.plan(made.journal.entries())
    made.journal.append(made.snapshots.undo(plan))


def test_all_that_the_background_did_beside_the_calls_is_undone_with_them(tmp_path: Path) -> None:
    writes = "for i in $(seq 500); do echo $i >> log.txt; echo $i > made-$i.txt; sleep 0.01; done"

    def when(file: str, order: Order) -> Callable[[ModelRequest], ModelResponse]:
        def reply(_: ModelRequest) -> ModelResponse:
            wait_until((made.workspace / file).exists)
            return calls(order)

        return reply

    made = bench(
        tmp_path,
        sh(writes, background=True),
        when("made-10.txt", ("write_file", {"path": "mine.txt", "content": "x"})),
        when("made-20.txt", sh("rm made-1.txt; echo shell > by-shell.txt")),
        when("made-30.txt", ("background", {})),
    )
    (made.workspace / "log.txt").write_text("before\n")
    go(made)
    assert ends(made) == [("b1", "run")]
    names = {path.name for path in made.workspace.iterdir()}
    assert {"mine.txt", "by-shell.txt", "made-30.txt"} <= names
    by_call: dict[str, set[str]] = {}
    for entry in made.journal.entries():
        if isinstance(entry.event, SnapshotTaken) and entry.event.phase == "after":
            by_call.setdefault(entry.event.call, set()).update(change.path for change in entry.event.files)
    assert by_call["c2"] == {"mine.txt"}
    undone(made)
    assert {path.name: path.read_text() for path in made.workspace.iterdir()} == {"log.txt": "before\n"}


def test_a_run_that_goes_on_gets_a_new_shell_and_says_so_once(tmp_path: Path) -> None:
    made = bench(tmp_path, sh("export X=1"))
    go(made)
    made.chat_model.replies = [calls(sh('echo "[${X-none}]"')), calls(sh("echo more")), says("Done.")]
    made.run().go(RunResumed(Budget()))
    _, again, more = results(made)
    assert "[none]" in again and RESUMED in again and RESUMED not in more


def test_a_run_without_commands_starts_no_sandbox(tmp_path: Path) -> None:
    made = bench(tmp_path, ("write_file", {"path": "a.txt", "content": "x"}))
    sandbox = functools.partial(pytest.fail, "a sandbox was started")
    made.here = msgspec.structs.replace(
        made.here, sandbox=type("Unused", (), {"name": "unused", "open": sandbox})()
    )
    go(made)
    assert (made.workspace / "a.txt").read_text() == "x"


def test_a_call_with_the_whole_network_gets_directory_and_exported_variables_and_gives_them_back(
    tmp_path: Path,
) -> None:
    made = bench(
        tmp_path,
        sh("mkdir a b; cd a; export X=1; kept() { echo kept; }; ls() { echo other; }"),
        sh("pwd; echo $X; type kept; cd ../b; export Y=2; Y2=3", network=True),
        sh("pwd; echo $X$Y${Y2-none}; kept"),
    )
    made.approver = ScriptedApprover(Decision(True))
    go(made)
    _, outside, after = results(made)
    assert f"{made.workspace}/a\n1\n" in outside and "kept: not found" in outside
    assert f"{made.workspace}/b\n12none\nkept" in after
    assert any("network" in asked.reasons for asked in made.approver.asked)


def test_what_earlier_commands_left_in_the_shell_is_no_way_around_a_question(tmp_path: Path) -> None:
    made = bench(
        tmp_path,
        sh("ls"),
        sh(". ./env.sh"),
        sh("ls"),
        sh("unset -f ls; export PATH=$PWD:$PATH"),
        sh("ls"),
    )
    made.approver = ScriptedApprover(Decision(True))
    (made.workspace / "env.sh").write_text("ls() { echo other; }\n")
    made.run().go(started(mode="ask"))
    assert "env.sh" in results(made)[0] and "other" in results(made)[2]
    assert [asked.subject for asked in made.approver.asked] == [
        ". ./env.sh",
        "ls",
        "unset -f ls; export PATH=$PWD:$PATH",
        "ls",
    ]
    assert made.approver.asked[1].scopes == () and "unreadable_command" in made.approver.asked[1].reasons


def test_a_call_that_is_carried_out_again_begins_as_it_did_before(tmp_path: Path) -> None:
    sandbox = find_sandbox()
    assert sandbox is not None
    commands = RunCommands(sandbox, lambda event: None)
    (tmp_path / "sub").mkdir()

    def ran(call: str, command: str) -> Ran:
        argv = ["/bin/sh", "-c", SHELL, "shell", command, STATE]
        where = Confinement(tmp_path)
        found, _ = commands.run(
            argv, where, environment={}, added={}, call=call, limits=Limits(), cancelled=lambda: False
        )
        return found

    with contextlib.closing(commands):
        assert [ran("c1", "cd sub && pwd").output for _ in range(2)] == [f"{tmp_path}/sub\n"] * 2
        assert ran("c2", "pwd").output == f"{tmp_path}/sub\n"


@HAS_PORTS
def test_where_the_sandbox_cannot_hold_any_more_what_it_must_a_new_one_is_made_and_told(
    tmp_path: Path,
) -> None:
    outside = socket.socket(socket.AF_UNIX)

    def bound(_: ModelRequest) -> ModelResponse:
        outside.bind(str(made.workspace / "outside.sock"))
        return calls(sh("pwd; ls /tmp/kept; test -S ../outside.sock && echo reached || echo covered"))

    made = bench(
        tmp_path,
        sh("mkdir a; cd a; touch /tmp/kept"),
        sh("sleep 99", background=True),
        bound,
        sh("echo more"),
    )
    with outside:
        go(made)
    _, _, new, more = results(made)
    assert NEW in new and f"{made.workspace}/a" in new and "covered" in new and NEW not in more
    assert ends(made) == [("b1", "sandbox")]


def test_in_a_chat_the_shell_of_an_earlier_answer_is_told_to_be_gone(tmp_path: Path) -> None:
    call = ToolCall("c1", "shell", {"command": "cd sub"})
    before = (
        Message("user", "Go there."),
        Message("assistant", "", tool_calls=(call,)),
        Message("tool", "[no output]", tool_call_id="c1", name="shell"),
        Message("assistant", "There."),
    )
    made = bench(tmp_path, sh("pwd"), sh("pwd"))
    made.run().go(started(mode="all-in-sandbox", before=before))
    first, second = results(made)
    assert EARLIER in first and EARLIER not in second
