"""Hooks in runs, with the real sandbox: when they run, what the model is told, and that none keeps a run going."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agents.sandbox.find import find_sandbox
from tests.support.command import Command, Ran
from tests.support.servers.openai_script import Reply, by_turn, call, say
from tests.support.servers.openai_server import OpenAiServer

pytestmark = pytest.mark.long

sandboxed = pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine")
WRITE = call("write_file", {"path": "notes.txt", "content": "hello"})


def run(
    command: Command, folder: Path, answer: Callable[[Any], Reply], *more: str
) -> tuple[Ran, list[dict[str, Any]], list[Any]]:
    with OpenAiServer(answer) as server:
        ran = command.here(
            *("run", "Write", "--workspace", str(folder), "--model", server.model, "--json"),
            *("--approve", "workspace", *more),
        )
        asked = [each.body for each in server.asked]
    return ran, [shown for shown in ran.objects if shown["kind"] == "hook"], asked


def test_hooks_are_added_listed_and_removed(command: Command, folder: Path) -> None:
    assert command.here("hooks", "list").out.startswith("You have no hooks")
    assert command.here("hooks", "add", "ruff format .", "--folder", str(folder)).code == 0
    assert command.here("hooks", "add", "true", "--when", "end").code == 0
    listed = command.here("hooks", "list", "--json").last["hooks"]
    assert [(each["when"], each["command"]) for each in listed] == [
        ("change", "ruff format ."),
        ("end", "true"),
    ]
    assert command.here("hooks", "remove", "1").code == 0
    assert "true" in command.here("hooks", "list").out
    assert command.here("hooks", "remove", "7").sentence


@sandboxed
def test_a_hook_after_changes_changes_files_is_told_and_undone(command: Command, folder: Path) -> None:
    command.here("hooks", "add", "echo formatted; printf '!' >> notes.txt")
    _, hooks, asked = run(command, folder, by_turn(WRITE, call("list_files"), say("Done.")))
    assert [(each["when"], each["status"], each["text"]) for each in hooks] == [("change", "ok", "formatted")]
    assert (folder / "notes.txt").read_text() == "hello!"
    assert "formatted" in str(asked[1]["messages"][-1]), "the model is told with its next turn"
    assert command.here("run", "--undo", "last").code == 0
    assert not (folder / "notes.txt").exists()


@sandboxed
def test_a_run_that_changes_nothing_has_no_hooks_but_those_at_the_start(
    command: Command, folder: Path
) -> None:
    for when in ("start", "change", "end"):
        command.here("hooks", "add", f"echo {when}; touch {when}", "--when", when)
    ran, hooks, asked = run(command, folder, by_turn(say("Done.")), "--approve", "read")
    assert [each["when"] for each in hooks] == ["start"]
    assert "start" in str(asked[0]["messages"][-1])
    assert list(folder.iterdir()) == [], "a run that may only read keeps its hooks from writing"
    assert ran.code == 0


@sandboxed
def test_one_that_fails_before_the_end_lets_the_run_go_on_once(command: Command, folder: Path) -> None:
    command.here("hooks", "add", "echo broken test; exit 3", "--when", "end")
    ran, hooks, asked = run(command, folder, by_turn(WRITE, say("Done."), say("Sorry."), say("Never asked.")))
    assert [(each["status"], each["again"]) for each in hooks] == [("failed", True), ("failed", False)]
    assert "broken test" in str(asked[2]["messages"][-1]) and "exit code 3" in str(asked[2]["messages"][-1])
    assert (ran.code, ran.last["status"], ran.last["answer"], len(asked)) == (0, "completed", "Sorry.", 3)


@sandboxed
def test_one_that_passes_once_the_work_is_put_right(command: Command, folder: Path) -> None:
    command.here("hooks", "add", "test -f good.txt", "--when", "end")
    good = call("write_file", {"path": "good.txt", "content": "x"})
    ran, hooks, _ = run(command, folder, by_turn(WRITE, say("Done."), good, say("Now it is.")))
    assert [each["status"] for each in hooks] == ["failed", "ok"]
    assert ran.last["answer"] == "Now it is."


@sandboxed
def test_one_that_hangs_is_ended_and_the_run_goes_on(command: Command, folder: Path) -> None:
    command.here("hooks", "add", "sleep 300", "--seconds", "1")
    ran, hooks, asked = run(command, folder, by_turn(WRITE, say("Done.")))
    assert [each["status"] for each in hooks] == ["timeout"]
    assert "took too long" in str(asked[1]["messages"][-1])
    assert ran.last["status"] == "completed"


def test_where_nothing_can_be_run_the_run_goes_on(
    command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.runs.parts.found_sandbox", lambda: None)
    command.here("hooks", "add", "true")
    ran, hooks, asked = run(command, folder, by_turn(WRITE, say("Done.")), "--approve", "all-in-sandbox")
    assert [(each["status"], each["text"]) for each in hooks] == [("error", "hook.no_sandbox")]
    assert ran.last["status"] == "completed"
    assert "true" not in str(asked[-1]["messages"][-1]["content"])
