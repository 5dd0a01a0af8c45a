"""`coterie acp` as an editor starts it: the real process, the protocol's own client, and runs in the real
sandbox."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.sandbox.find import find_sandbox
from app.services.services import open_services
from tests.support.agents.editor import Editor, by_task, started
from tests.support.command import Command
from tests.support.servers.openai_script import Call, Reply, call, say
from tests.support.servers.openai_server import OpenAiServer

pytestmark = [
    pytest.mark.long,
    pytest.mark.process,
    pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine"),
]
EDIT = call("edit_file", {"path": "old.txt", "old_text": "one", "new_text": "two"})
PLAN = Call("update_plan", {"items": [{"text": "Edit", "state": "done"}, {"text": "Tell", "state": "doing"}]})


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    script = by_task(
        Edit=[
            Reply("I look first.", reasoning="Hm.", tool_calls=(PLAN,)),
            EDIT,
            call("shell", {"command": "tr a-z A-Z < old.txt > made.txt; cat made.txt"}),
            say("It is **done**."),
        ],
        Refused=[EDIT, say("I may not.")],
        Cancelled=[EDIT, say("Never said.")],
        Again=[say("Here I am again.")],
    )
    with OpenAiServer(script) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (folder := tmp_path / "folder").mkdir()
    (folder / "old.txt").write_text("one\n")
    return folder


def test_a_message_is_a_run_that_asks_shows_what_it_does_and_is_undone(
    coterie_home: Path, server: OpenAiServer, folder: Path
) -> None:
    command, editor = Command(coterie_home), Editor(edit="once", execute="once")

    async def story() -> None:
        async with started(command, editor, "--model", server.model):
            session = await editor.open(folder)
            assert (await editor.say(session, "Edit it")).stop_reason == "end_turn"
            assert (folder / "old.txt").read_text() == "two\n" and (
                folder / "made.txt"
            ).read_text() == "TWO\n"
            _check_what_was_seen(editor, folder)

            editor.updates.clear()
            assert (await editor.say(session, "/undo")).stop_reason == "end_turn"
            assert "`old.txt`" in editor.text() and "`made.txt`" in editor.text()
            assert [path.name for path in folder.iterdir()] == ["old.txt"]
            assert (folder / "old.txt").read_text() == "one\n"
            await editor.say(session, "/redo")
            assert (folder / "old.txt").read_text() == "two\n"

            editor.answers["edit"] = "deny"
            await editor.say(session, "/undo")
            editor.updates.clear()
            assert (await editor.say(session, "Refused edit")).stop_reason == "end_turn"
            assert [each["status"] for each in editor.calls().values()] == ["failed"]
            assert (folder / "old.txt").read_text() == "one\n" and editor.text() == "I may not."

            editor.answers["edit"] = "cancelled"
            assert (await editor.say(session, "Cancelled edit")).stop_reason == "cancelled"
            assert (folder / "old.txt").read_text() == "one\n"
            assert (await editor.say(session, "Again, then")).stop_reason == "end_turn"
            assert "Here I am again." in editor.text()

    asyncio.run(story())
    assert command.here("run", "--list", "--json").last["runs"][0]["state"] == "completed"


def _check_what_was_seen(editor: Editor, folder: Path) -> None:
    assert editor.text("agent_thought_chunk") == "Hm."
    assert editor.text() == "I look first.It is **done**."
    plan = [(entry["content"], entry["status"]) for entry in editor.of_kind("plan")[0]["entries"]]
    assert plan == [("Edit", "completed"), ("Tell", "in_progress")]
    edit, shell = editor.calls().values()
    assert (edit["kind"], edit["status"], edit["title"]) == ("edit", "completed", "Edit `old.txt`")
    assert edit["locations"] == [{"path": str(folder / "old.txt")}]
    assert edit["content"] == [
        {"type": "diff", "path": str(folder / "old.txt"), "oldText": "one\n", "newText": "two\n"}
    ]
    assert (shell["kind"], shell["status"]) == ("execute", "completed")
    assert shell["content"][0]["content"]["text"] == "```\nTWO\n[exit code 0]\n```"
    assert shell["locations"] == [{"path": str(folder / "made.txt")}]
    asked = [(told["kind"], list(options)) for told, options in editor.asked]
    assert asked == [("edit", ["once", "run", "workspace", "deny"]), ("execute", ["once", "deny"])]
    assert editor.asked[0][0]["content"] == edit["content"]


@pytest.mark.long
def test_an_editor_that_vanishes_while_it_is_asked_leaves_a_run_that_goes_on_later(
    coterie_home: Path, server: OpenAiServer, folder: Path
) -> None:
    command, editor = Command(coterie_home), Editor()

    async def vanishing() -> str:
        async with started(command, editor, "--model", server.model) as process:
            session = await editor.open(folder)
            saying = asyncio.ensure_future(editor.say(session, "Edit it"))
            await editor.is_asked.wait()
            assert process.stdin is not None
            process.stdin.close()
            await process.wait()
            assert process.returncode == 0
            saying.cancel()
            return session

    session = asyncio.run(vanishing())
    assert (folder / "old.txt").read_text() == "one\n"
    services = open_services(coterie_home)
    try:
        (record,) = services.runs.all()
        assert (record.state, record.workspace) == ("paused", str(folder))
    finally:
        services.close()

    async def back() -> None:
        editor = Editor(edit="once", execute="once")
        async with started(command, editor, "--model", server.model):
            await editor.agent.initialize(protocol_version=1)
            (listed,) = (await editor.agent.list_sessions(cwd=str(folder))).sessions
            assert (listed.session_id, listed.title) == (session, "Edit it")
            await editor.agent.load_session(cwd=str(folder), session_id=session, mcp_servers=[])
            assert editor.text("user_message_chunk") == "Edit it"
            assert [each["status"] for each in editor.calls().values()] == ["failed"]
            assert (await editor.say(session, "Again, now")).stop_reason == "end_turn"
            assert (folder / "old.txt").read_text() == "two\n", (
                "the call that waited was asked about once more"
            )

    asyncio.run(back())


def test_nothing_but_the_protocol_is_on_stdout_and_nonsense_is_answered(
    coterie_home: Path, folder: Path
) -> None:
    command = Command(coterie_home)
    lines = [
        b"nonsense\n",
        b"[]\n",
        b'{"jsonrpc": "2.0", "id": [1], "result": null}\n',
        b"\n",
        b'{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": 1}}\n',
        b'{"jsonrpc": "2.0", "id": 2, "method": "session/fly", "params": {}}\n',
        b'{"jsonrpc": "2.0", "id": 3, "method": "session/new", "params": 7}\n',
    ]

    async def speak() -> tuple[bytes, bytes, int | None]:
        process = await asyncio.create_subprocess_exec(
            *command.argv("acp", "--model", "/no/such.gguf"),
            env=command.environment,
            cwd=Path(__file__).parents[3],
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(b"".join(lines))
        heard = b"".join([await process.stdout.readline() for _ in range(6)])
        out, err = await process.communicate(b"")  # without any input Python 3.11 leaves it open
        return heard + out, err, process.returncode

    out, err, code = asyncio.run(speak())
    heard = [json.loads(line) for line in out.splitlines()]
    assert {each["jsonrpc"] for each in heard} == {"2.0"}
    told = sorted((str(each["id"]), each.get("error", {}).get("code", 0)) for each in heard)
    nobody = [("None", -32700), ("None", -32600), ("None", -32600)]
    assert told == sorted([*nobody, ("1", 0), ("2", -32601), ("3", -32602)])
    assert (err, code) == (b"", 0)
