"""`coterie mcp` without a window, spoken to by the SDK's client: answers, tasks, what is refused, and how it ends."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult

from app.services.runs.values import RunRecord
from app.store.store import Store
from tests.support.servers.mcp_client import answering, parameters, speaking_to, text_of
from tests.support.servers.scripted_mcp import NOTES, SAID

pytestmark = [pytest.mark.long, pytest.mark.process]
HELLO = "Hello from the script."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    return made


def runs_of(home: Path) -> list[RunRecord]:
    store = Store.open(home / "coterie.db", home / "backups")
    try:
        return store.runs.all()
    finally:
        store.close()


def test_programs_ask_the_model_and_are_told_what_they_do_wrong(coterie_home: Path, tmp_path: Path) -> None:
    async def speak() -> None:
        async with speaking_to(coterie_home) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert set(tools) == {"ask_local_model", "run_task", "list_models"}
            for name, tool in tools.items():
                assert tool.annotations is not None and tool.output_schema is not None
                changes = name == "run_task"
                assert (tool.annotations.read_only_hint, tool.annotations.destructive_hint) == (
                    not changes,
                    changes,
                )

            question = {"question": "Hi", "reasoning": False}
            for answer in await asyncio.gather(
                *(client.call_tool("ask_local_model", question) for _ in range(2))
            ):
                assert (text_of(answer), answer.is_error) == (HELLO, False)
                assert answer.structured_content is not None
                assert answer.structured_content["model"] == "starter"
                assert answer.structured_content["completion_tokens"] == 4

            listed = await client.call_tool("list_models", {})
            assert listed.structured_content == {
                "models": [{"id": "starter", "loaded": True, "context": 8192}]
            }

            for tool, arguments, said in WRONG:
                result = await client.call_tool(tool, arguments)
                assert result.is_error and said in text_of(result), (arguments, text_of(result))
            with pytest.raises(MCPError, match="There is no tool 'nothing'"):
                await client.call_tool("nothing", {})

    asyncio.run(speak())
    assert runs_of(coterie_home) == []


FILE = Path(__file__)
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("ask_local_model", {}, "missing required field `question`"),
    ("ask_local_model", {"question": ""}, "length >= 1"),
    ("ask_local_model", {"question": "Hi", "model": str(FILE)}, "There is no model"),
    ("ask_local_model", {"question": "Hi", "model": "openai:http://127.0.0.1:9#x"}, "There is no model"),
    ("ask_local_model", {"question": "Hi", "reasoning": "high"}, "Expected `bool | null`"),
    ("list_models", {"all": True}, "unknown field `all`"),
    ("run_task", {"task": "x", "folder": "/nowhere/at/all"}, "doesn’t exist"),
    ("run_task", {"task": "x", "folder": str(FILE)}, "isn’t a folder"),
    ("run_task", {"task": "x", "folder": "folder"}, "full path"),
    ("run_task", {"task": "x", "folder": "/"}, "too broad"),
    ("run_task", {"task": "x", "folder": "/tmp", "mode": "everything"}, "Invalid enum value"),
    ("run_task", {"task": "x", "folder": str(FILE.parent)}, "Open Coterie"),
]


def test_a_task_is_done_once_the_person_behind_the_program_has_agreed(
    coterie_home: Path, folder: Path
) -> None:
    elicit, asked = answering("Allow once", "Allow in this run")
    told: list[str | None] = []

    async def step(progress: float, total: float | None, message: str | None) -> None:
        told.append(message)

    async def speak() -> Any:
        async with speaking_to(coterie_home, elicit=elicit) as client:
            arguments = {"task": "Write a word", "folder": str(folder)}
            return await client.call_tool("run_task", arguments, progress_callback=step)

    result = asyncio.run(speak())
    assert not result.is_error and text_of(result).startswith(SAID)
    (run,) = runs_of(coterie_home)
    values = result.structured_content
    assert (values["run"], values["status"], values["refused"]) == (run.id, "completed", 0)
    assert values["files"] == [{"path": NOTES, "change": "new"}]
    assert (folder / NOTES).read_text() == "word\n"
    assert run.title == "Test program: Write a word"
    assert len(asked) == 2 and str(folder) in asked[0] and "Mode: ask" in asked[0] and "+word" in asked[1]
    assert f"Step 1: write_file {NOTES}" in told


def test_what_the_person_refuses_or_closes_is_not_done(coterie_home: Path, folder: Path) -> None:
    elicit, asked = answering("Deny", "", "Allow everything", "Allow once", "Deny")

    async def speak() -> list[CallToolResult]:
        async with speaking_to(coterie_home, elicit=elicit) as client:
            arguments = {"task": "Write a word", "folder": str(folder)}
            return [await client.call_tool("run_task", arguments) for _ in range(4)]

    *not_begun, begun = asyncio.run(speak())
    assert list(folder.iterdir()) == [] and len(asked) == 5
    said = ["did not allow it", "Nobody answered", "did not allow it"]
    for result, words in zip(not_begun, said, strict=True):
        assert result.is_error and words in text_of(result)
    assert not begun.is_error and "Not allowed: 1 of the agent's calls." in text_of(begun)
    assert [run.state for run in runs_of(coterie_home)] == ["completed", "stopped", "stopped", "stopped"]


def test_canceling_a_call_stops_its_run(coterie_home: Path, folder: Path) -> None:
    async def speak() -> None:
        asking = asyncio.Event()

        async def never(context: Any, params: Any) -> Any:
            asking.set()
            await anyio.sleep_forever()

        async with speaking_to(coterie_home, elicit=never) as client:
            call = asyncio.create_task(
                client.call_tool("run_task", {"task": "Write a word", "folder": str(folder)})
            )
            await asking.wait()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            # The process goes on for other calls.
            assert text_of(await client.call_tool("ask_local_model", {"question": "Hi"})) == HELLO

    asyncio.run(speak())
    (run,) = runs_of(coterie_home)
    assert (run.state, run.reason, list(folder.iterdir())) == ("stopped", "user", [])


@pytest.mark.parametrize("end", ["closed", "terminated"])
def test_a_program_that_ends_in_the_middle_ends_the_process_and_the_run(
    coterie_home: Path, folder: Path, end: str
) -> None:
    started = parameters(coterie_home)
    hello = {
        "protocolVersion": "2025-06-18",
        "capabilities": {"elicitation": {}},
        "clientInfo": {"name": "x", "version": "1"},
    }
    task = {"name": "run_task", "arguments": {"task": "Write a word", "folder": str(folder)}}
    with subprocess.Popen(
        [started.command, *started.args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=started.env,
        cwd=started.cwd,
        text=True,
    ) as process:
        assert process.stdin is not None and process.stdout is not None

        def say(**message: Any) -> None:
            assert process.stdin is not None
            process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
            process.stdin.flush()

        say(id=1, method="initialize", params=hello)
        assert json.loads(process.stdout.readline())["result"]["serverInfo"]["name"] == "coterie"
        say(method="notifications/initialized")
        process.stdin.write("this is no message\n")
        say(id=2, method="tools/call", params=task)
        while json.loads(process.stdout.readline()).get("method") != "elicitation/create":
            pass
        if end == "closed":
            process.stdin.close()
        else:
            process.terminate()
        assert process.wait(60) is not None
    (run,) = runs_of(coterie_home)
    assert run.state == "stopped" and list(folder.iterdir()) == []
