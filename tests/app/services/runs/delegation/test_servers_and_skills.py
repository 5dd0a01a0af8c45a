"""A run that was given a task has the tools and skills of the run that gave it, under the same rules."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from agents.events import SubagentFinished, ToolResult
from agents.mcp.spec import ServerSpec
from agents.permissions.values import ApprovalRequest, Decision
from agents.sandbox.find import find_sandbox
from tests.agents.guidance.test_skill_folders import made
from tests.app.services.runs.delegation.conftest import Opened, by_task, gives
from tests.support.agents import servers
from tests.support.agents.house import House, allow
from tests.support.servers.openai_script import Asked, Call, Reply, by_turn, call, say

SERVER = str(Path(servers.__path__[0]) / "folder_server.py")
in_sandbox = pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine")


def serve(house: House, folder: Path) -> None:
    """Have the server there, which the person has agreed to and whose words of its tools count."""
    spec = ServerSpec("folder", (sys.executable, SERVER), readable=(SERVER,), trusted=True)
    house.services.servers.consent("folder", house.services.servers.add(spec).digest)
    assert len(house.services.servers.tools(folder)) == 2


def texts(house: House, run: int) -> list[str]:
    return [result.text for result in house.events(run, ToolResult)]


def offered(asked: Asked) -> set[str]:
    return {tool["function"]["name"] for tool in asked.body["tools"]}


@in_sandbox
def test_helpers_that_read_share_the_servers_of_their_run(opened: Opened, folder: Path) -> None:
    asked: list[ApprovalRequest] = []
    seen: list[Asked] = []

    def decide(request: ApprovalRequest) -> Decision:
        asked.append(request)
        return Decision(True, scope="run")

    def look(request: Asked) -> Reply | bytes:
        seen.append(request)
        return by_turn(call("folder_read"), say("Read."))(request)

    gave = gives("Look", then=(call("folder_read"), say("All done.")))
    house = opened(by_task(find=gave, look=look), decide)
    serve(house, folder)
    run = house.run("Find out", folder, mode="ask")
    (ended,) = house.events(run, SubagentFinished)
    (read,), (_, own) = texts(house, ended.child), texts(house, run)
    # One server answered both, and what was granted to the helper counts in its run.
    assert read == own and read.startswith("one\ntwo start ")
    assert [(one.tool, one.run, one.child) for one in asked] == [("folder_read", run, "Look")]
    # In a folder that is nobody's copy a helper has only what reads.
    assert "folder_read" in offered(seen[0]) and "folder_note" not in offered(seen[0])


@in_sandbox
def test_a_helper_that_changes_files_has_a_server_in_its_copy(opened: Opened, folder: Path) -> None:
    write = by_turn(call("folder_note", {"text": "three\n"}), call("folder_read"), say("Wrote."))
    then = (call("folder_read"), call("apply_changes", {"run": 2}), call("folder_read"), say("All done."))
    house = opened(by_task(do=gives("Write", changes=True, then=then), write=write), allow)
    serve(house, folder)
    run = house.run("Do it", folder)
    (ended,) = house.events(run, SubagentFinished)
    wrote, read = texts(house, ended.child)
    answer, before, applied, after = texts(house, run)
    # One session for all calls in the copy, another one than in the folder, which was not touched.
    assert wrote == read and wrote.startswith("three start ")
    assert before.startswith("one\ntwo start ") and before.split()[-1] != wrote.split()[-1]
    # What the server changed is offered, and taken over like all else.
    assert "+three" in answer and applied.startswith("Applied 1 files")
    assert after == f"three start {before.split()[-1]}"
    # That session is over, and the copy gone.
    (left,) = house.services.servers._host.links("folder")
    assert left.state == "ready"


def test_a_helper_reads_the_skills_of_its_run(opened: Opened, folder: Path, tmp_path: Path) -> None:
    made(tmp_path / "data" / "skills", "mail")
    seen: list[Asked] = []

    def look(request: Asked) -> Reply | bytes:
        seen.append(request)
        return by_turn(Reply(tool_calls=(Call("read_skill", {"name": "mail"}),)), say("Read."))(request)

    house = opened(by_task(find=gives("Look"), look=look))
    run = house.run("Find out", folder)
    (ended,) = house.events(run, SubagentFinished)
    (read,) = house.events(ended.child, ToolResult)
    assert read.status == "ok" and read.summary == "mail"
    assert "mail" in str(seen[0].messages[0]["content"])
