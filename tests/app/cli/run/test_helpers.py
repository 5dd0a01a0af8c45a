"""`coterie run` with helpers: what the terminal and --json show of them."""

from __future__ import annotations

from pathlib import Path

from tests.app.services.runs.delegation.conftest import by_task, gives
from tests.support.command import Command
from tests.support.servers.openai_script import by_turn, call, say
from tests.support.servers.openai_server import OpenAiServer

SCRIPT = by_task(
    find=gives("Count the lines"),
    count=by_turn(call("read_file", {"path": "notes.txt"}), say("Two lines.")),
)


def test_helpers_are_shown_and_told(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "notes.txt").write_text("one\ntwo\n", encoding="utf-8")
    with OpenAiServer(SCRIPT, kind="vllm", context=32_000) as server:
        wanted = ("run", "Find out", "--workspace", str(folder), "--model", server.model)
        ran = command.here(*wanted)
        told = command.here(*wanted, "--json")
    assert ran.code == 0 and ran.out == "All done.\n"
    lines = [line.strip() for line in ran.err.splitlines()]
    assert lines[2:4] == ["helper (run 2): Count the lines", "helper (run 2): read_file(notes.txt)"]
    assert lines[4].startswith("helper (run 2) done: ")
    started, finished = (one for one in told.objects if one["kind"].startswith("subagent"))
    assert (started["kind"], started["run"], started["child"]) == ("subagent_started", 3, 4)
    assert (finished["kind"], finished["task"]) == ("subagent_finished", "Count the lines")
    assert (finished["status"], finished["answer"], finished["calls"]) == ("completed", "Two lines.", 1)
    assert {one["run"] for one in told.objects} == {3}
    listed = command.here("run", "--list", "--json").last["runs"]
    assert [one["run"] for one in listed] == [3, 1]
