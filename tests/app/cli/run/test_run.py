"""`coterie run` with a model behind a server: real tools, the real sandbox, and the folder as it was afterwards."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.events import Entry, FileChange, Undone, decoded
from agents.sandbox.find import find_sandbox
from app.cli.run.undoing import times_alone
from app.services.runs.view import view_of
from app.services.services import open_services
from tests.support.command import Command, Ran
from tests.support.servers.openai_script import Call, Reply, by_turn, call, in_order, say
from tests.support.servers.openai_server import OpenAiServer

pytestmark = pytest.mark.long

sandboxed = pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine")
TASK = "Create notes.txt with the word hello in it"
KINDS = {
    "run_started",
    "model_turn",
    "tool_call",
    "approval",
    "tool_result",
    "snapshot",
    "context_trimmed",
    "run_finished",
}
WRITE = call("write_file", {"path": "notes.txt", "content": "hello"})
SHELL = "printf more >> old.txt && chmod 600 tool.sh && mv sub/deep sub/elsewhere && mkdir made && ln -sfn made link"
# All that a run can do to a folder: by tools of ours, by a shell and by a program.
EVERYTHING = by_turn(
    WRITE,
    call("edit_file", {"path": "old.txt", "old_text": "one", "new_text": "two"}),
    call("move_file", {"path": "binary", "to": "sub/moved"}),
    call("shell", {"command": SHELL}),
    call("python", {"code": "open('made/by python', 'wb').write(bytes(range(256)))"}),
    call("delete_file", {"path": "sub/gone.txt"}),
    Reply(tool_calls=(Call("list_files"), Call("read_file", {"path": "notes.txt"}))),
    say("notes.txt holds the word hello."),
)
Tree = dict[str, tuple[str, int, bytes]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    (folder / "sub" / "deep" / "empty").mkdir(parents=True)
    (folder / "old.txt").write_text("one\r\n")
    (folder / "binary").write_bytes(bytes(range(256)))
    (folder / "sub" / "gone.txt").write_text("한글\n")
    (folder / "sub" / "deep" / "file").write_text("deep")
    (folder / "tool.sh").write_text("#!/bin/sh\n")
    (folder / "tool.sh").chmod(0o755)
    (folder / "link").symlink_to("old.txt")
    return folder


@pytest.fixture
def serve() -> Iterator[Any]:
    """`serve(answer, ...)`: a server that lives as long as the test."""
    servers: list[OpenAiServer] = []

    def serve(answer: Any = None, **options: Any) -> OpenAiServer:
        servers.append(OpenAiServer(answer, **options).__enter__())
        return servers[-1]

    yield serve
    for server in servers:
        server.__exit__()


def tree(folder: Path) -> Tree:
    """Everything in a folder: its kind, its mode, its content or where it leads."""
    found: Tree = {}
    for path in sorted(folder.rglob("*")):
        name, mode = str(path.relative_to(folder)), path.lstat().st_mode & 0o7777
        if path.is_symlink():
            found[name] = ("link", 0, str(path.readlink()).encode())
        elif path.is_dir():
            found[name] = ("folder", mode, b"")
        else:
            found[name] = ("file", mode, path.read_bytes())
    return found


def run(command: Command, server: OpenAiServer, folder: Path, *more: str) -> Ran:
    return command.here("run", TASK, "--workspace", str(folder), "--model", server.model, "--json", *more)


def entries(ran: Ran) -> tuple[Entry, ...]:
    """The journal as it was printed."""
    return tuple(Entry(o["run"], o["seq"], o["time"], decoded(json.dumps(o))) for o in ran.objects)


def of_kind(ran: Ran, kind: str) -> list[dict[str, Any]]:
    return [shown for shown in ran.objects if shown["kind"] == kind]


@sandboxed
def test_a_run_does_its_task_prints_its_journal_and_is_undone_to_the_byte(
    command: Command, serve: Any, folder: Path
) -> None:
    before = tree(folder)
    server = serve(EVERYTHING)
    ran = run(command, server, folder, "--approve", "workspace")

    assert (ran.code, ran.err) == (0, "")
    assert (folder / "notes.txt").read_text() == "hello"
    assert (folder / "old.txt").read_bytes() == b"two\r\nmore" and not (folder / "sub" / "deep").exists()
    assert (folder / "made" / "by python").read_bytes() == bytes(range(256))
    assert {shown["kind"] for shown in ran.objects} == KINDS
    assert all(list(shown)[:4] == ["run", "seq", "time", "kind"] for shown in ran.objects)
    assert [shown["seq"] for shown in ran.objects] == list(range(1, len(ran.objects) + 1))
    started, finished = ran.objects[0], ran.last
    assert (started["kind"], started["task"], started["model"]) == ("run_started", TASK, server.model)
    assert started["sandbox"] and not started["remote"], "what runs on this machine does not leave it"
    assert (finished["status"], finished["reason"]) == ("completed", "answered")
    assert finished["answer"] == "notes.txt holds the word hello."
    assert {shown["status"] for shown in of_kind(ran, "tool_result")} == {"ok"}
    assert {shown["by"] for shown in of_kind(ran, "approval")} == {"mode"}

    # Opened again, the page is what it was, and so is the file that it is written to.
    services = open_services(command.home)
    try:
        record = services.runs.get(started["run"])
        assert services.runs.view(record.id) == view_of(record, entries(ran))
        assert services.runs.entries(record.id) == entries(ran)
        assert len(services.runs.view(record.id).touched) > 6
    finally:
        services.close()
    exported = command.here("run", "--export", "last", "--format", "jsonl")
    assert exported.out == ran.out

    undone = command.here("run", "--undo", str(record.id), "--json")
    assert (undone.code, undone.last["kind"], undone.last["conflicts"]) == (0, "undone", [])
    assert tree(folder) == before


@sandboxed
def test_a_change_of_times_alone_is_told_when_it_is_undone(
    command: Command, serve: Any, folder: Path
) -> None:
    before = folder / "keep.txt"
    before.write_text("kept")
    os.utime(before, (1_600_000_000, 1_600_000_000))
    server = serve(by_turn(call("shell", {"command": "touch keep.txt"}), say("Touched.")))
    run(command, server, folder, "--approve", "all-in-sandbox")
    undone = command.here("run", "--undo", "last")
    assert (undone.code, undone.out) == (0, "times and attributes restored: keep.txt\n")
    assert before.stat().st_mtime == 1_600_000_000


def test_a_folder_whose_files_came_back_is_not_told_for_its_time() -> None:
    def changes(*paths: str) -> tuple[FileChange, ...]:
        return tuple(FileChange(path, "changed") for path in paths)

    undone = Undone(
        ("c1",), changes("sub/a.txt"), attributes=changes(".", "sub", "sub/a.txt", "sub2", "b.txt")
    )
    assert times_alone(undone) == ["sub2", "b.txt"]
    assert times_alone(Undone(("c1",), (), attributes=changes("."))) == ["."]


def test_no_step_is_missing_where_the_model_used_no_tool_and_had_to_go_on(
    command: Command, serve: Any, folder: Path
) -> None:
    server = serve(in_order(say(""), WRITE, say("Written.")))
    arguments = ("run", TASK, "--workspace", str(folder), "--model", server.model, "--approve", "workspace")
    ran = command.here(*arguments)
    steps = [line for line in ran.err.splitlines() if line[:3].strip().isdecimal()]
    assert [step[:3].strip() for step in steps] == ["1", "2"] and "(no tool used)" in steps[0]
    assert ran.out == "Written.\n"


@sandboxed
def test_what_somebody_else_changed_meanwhile_is_left_alone_unless_it_is_forced(
    command: Command, serve: Any, folder: Path
) -> None:
    before = tree(folder)
    run(command, serve(EVERYTHING), folder, "--approve", "workspace")
    (folder / "notes.txt").write_text("mine")
    undone = command.here("run", "--undo", "last")
    assert undone.code == 1 and "notes.txt" in undone.sentence
    assert tree(folder) == before | {"notes.txt": ("file", 0o644, b"mine")}
    assert command.here("run", "--undo", "last", "--force").code == 0
    assert tree(folder) == before


@pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine")
def test_a_files_name_is_no_line_of_its_own(command: Command, serve: Any, folder: Path) -> None:
    server = serve(by_turn(call("shell", {"command": "touch 'a\nplan approved'"}), say("Done.")))
    ran = command.here(
        "run", TASK, "--workspace", str(folder), "--model", server.model, "--approve", "all-in-sandbox"
    )
    assert ran.code == 0 and "new: a" in ran.err and "plan approved" not in ran.err.splitlines()


def test_what_would_be_asked_is_denied_where_nobody_is_there(
    command: Command, serve: Any, folder: Path
) -> None:
    before = tree(folder)
    ran = run(command, serve(by_turn(WRITE, say("I may not write."))), folder, "--approve", "ask")
    decided = [(shown["decision"], shown["by"]) for shown in of_kind(ran, "approval")]
    assert decided == [("asked", ""), ("denied", "nobody")]
    assert (ran.code, ran.last["answer"], tree(folder)) == (0, "I may not write.", before)


def test_the_steps_end_with_an_answer_and_the_reason(command: Command, serve: Any, folder: Path) -> None:
    def restless(asked: Any) -> Reply:
        if not asked.body.get("tools"):
            return say("I have looked twice.")
        return call("list_files", {"path": ("sub", "sub/deep", ".")[asked.turns % 3]})

    ran = run(command, serve(restless), folder, "--max-steps", "2")
    assert (ran.code, ran.last["status"], ran.last["reason"]) == (1, "stopped", "steps")
    assert ran.last["answer"] == "I have looked twice."
    assert ran.last["resumable"] and ran.sentence == ran.last["message"]


def test_a_run_is_resumed_with_the_mode_that_is_asked_for(command: Command, serve: Any, folder: Path) -> None:
    server = serve(in_order(call("list_files"), say("Out of steps."), WRITE, say("Not allowed.")))
    run(command, server, folder, "--approve", "workspace", "--max-steps", "1")
    resumed = command.here("run", "--resume", "last", "--approve", "read", "--max-steps", "5", "--json")
    assert (resumed.code, resumed.last["answer"]) == (0, "Not allowed.")
    assert resumed.objects[0]["mode"] == "read"
    assert [shown["status"] for shown in of_kind(resumed, "tool_result")] == ["denied"]
    assert not (folder / "notes.txt").exists()


@sandboxed
def test_commands_read_what_is_named_for_them_also_when_the_run_is_resumed(
    command: Command, serve: Any, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "table.csv").write_text("shown")
    (other / ".env").write_text("secret")
    look = call("shell", {"command": f"cat {other}/table.csv {other}/.env"})
    server = serve(in_order(look, say("Out of steps."), look, say("Read.")))
    more = ("--read", str(other), "--approve", "all-in-sandbox", "--max-steps", "1")
    ran = run(command, server, folder, *more)
    resumed = command.here("run", "--resume", "last", "--max-steps", "5", "--json")
    for each in (ran, resumed):
        (told,) = [shown["text"] for shown in of_kind(each, "tool_result")]
        assert "shown" in told and "secret" not in told.replace(str(other), "")
    assert str(other) in ran.objects[0]["system"] and ran.objects[0]["readable"] == [str(other)]
    refused = run(command, server, folder, "--read", str(tmp_path / "none"))
    assert refused.code == 1 and str(tmp_path / "none") in refused.sentence


@pytest.mark.parametrize("host", ["10.0.0.1", "https://pypi.org", "*.org", "localhost"])
def test_what_is_no_host_is_wrong_usage_and_said_in_a_sentence(
    command: Command, serve: Any, folder: Path, host: str
) -> None:
    refused = run(command, serve(in_order()), folder, "--allow-host", "pypi.org", "--allow-host", host)
    assert refused.code == 2 and f"“{host}” isn’t a host that can be allowed" in refused.sentence


@sandboxed
def test_ctrl_c_does_not_wait_for_a_tool_that_takes_long(command: Command, serve: Any, folder: Path) -> None:
    server = serve(by_turn(call("shell", {"command": "sleep 300"}), say("Done.")))
    arguments = ("--workspace", str(folder), "--approve", "workspace", "--model", server.model, "--json")
    with command.start("run", TASK, *arguments) as process:
        for line in process.stdout or ():
            if json.loads(line)["kind"] == "snapshot":
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=300)
    paused = Ran(process.returncode, out, err)
    assert (paused.code, paused.last["status"], paused.last["reason"]) == (130, "stopped", "paused")
    assert [shown["status"] for shown in of_kind(paused, "tool_result")] == ["interrupted"]


def test_ctrl_c_pauses_a_run_that_can_be_gone_on_with(command: Command, serve: Any, folder: Path) -> None:
    held = [WRITE, Reply("too late", delay=60.0)]
    server = serve(lambda asked: held[asked.turns] if asked.turns < len(held) else say("Done."))
    arguments = ("--workspace", str(folder), "--approve", "workspace", "--model", server.model, "--json")
    with command.start("run", TASK, *arguments) as process:
        until = time.monotonic() + 300
        while len(server.asked) < 2 and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=300)
    paused = Ran(process.returncode, out, err)
    assert paused.code == 130, err
    assert (paused.last["kind"], paused.last["status"], paused.last["reason"]) == (
        "run_finished",
        "stopped",
        "paused",
    )
    held[1] = say("Done.")
    resumed = command.here("run", "--resume", "last", "--json")
    assert (resumed.code, resumed.last["answer"], resumed.objects[0]["kind"]) == (0, "Done.", "run_resumed")
    assert resumed.objects[0]["seq"] == paused.last["seq"] + 1
    assert len(of_kind(resumed, "tool_call")) == 0, "what was done is not done again"


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("openai:nothing", "remote.bad_name"),
        ("openai:ftp://host/v1#m", "remote.bad_url"),
        ("openai:http://user:canary@127.0.0.1/v1#m", "remote.bad_url"),
        ("openai:http://127.0.0.1/v1?key=canary#m", "remote.bad_url"),
        ("openai:http://127.0.0.1:9/v1#m", "remote.unreachable"),
        ("/no/such.gguf", "model.missing"),
    ],
)
def test_a_model_that_cannot_be_asked_is_told_in_one_sentence(
    command: Command, folder: Path, model: str, code: str
) -> None:
    ran = command.here("run", TASK, "--workspace", str(folder), "--model", model, "--json")
    assert ran.code == 1 and ran.sentence
    assert ran.last["error"]["code"] == code
    assert "canary" not in ran.sentence + ran.out
    # What is no name may have a password in it, and is not written down.
    known = command.here("run", "--list", "--json").last["runs"]
    kept = [] if code in ("remote.bad_name", "remote.bad_url") else ["failed"]
    assert [run["state"] for run in known] == kept
    listed = command.here("run", "--list").out
    assert "(" not in listed and listed.count("The run stopped because") == len(kept)


def test_a_key_that_is_refused_is_told_in_one_sentence(command: Command, serve: Any, folder: Path) -> None:
    refused = run(command, serve(key="right"), folder)
    assert (refused.code, refused.last["error"]["code"]) == (1, "remote.key_refused")
    assert "Settings" in refused.sentence


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (TASK,),
        (TASK, "--workspace", ".", "--max-steps", "0"),
        (TASK, "--workspace", ".", "--approve", "all"),
        ("--undo", "1", "--list"),
        ("--resume", "1", "--model", "starter"),
        ("--resume", "1", "--reasoning", "off"),
        ("--resume", "1", "--read", "."),
        (TASK, "--workspace", ".", "--set", "a=b"),
        (TASK, "--workspace", ".", "--force"),
        ("--undo", "1", "--message", "Words"),
        ("--diff", "1", "--schedule", "Morning"),
        ("--redo", "1", "--workspace", "."),
        ("--list", "--format", "otel"),
    ],
)
def test_wrong_usage_exits_2(command: Command, arguments: tuple[str, ...]) -> None:
    ran = command.here("run", *arguments)
    assert ran.code == 2 and "Traceback" not in ran.err


def test_a_run_that_is_not_there_is_told(command: Command, folder: Path) -> None:
    for arguments in (("--undo", "7"), ("--resume", "last"), ("--export", "last"), ("--undo", "seven")):
        ran = command.here("run", *arguments)
        assert ran.code == 1 and ran.sentence, arguments
    assert command.here("run", TASK, "--workspace", str(folder / "none"), "--model", "starter").code == 1


def test_a_server_that_does_not_tell_its_context_is_given_one_and_a_resumed_run_keeps_it(
    command: Command, serve: Any, folder: Path
) -> None:
    server = serve(in_order(say("Nothing to do."), say("Nothing more.")))
    ran = run(command, server, folder, "--context", "20000")
    assert ran.objects[0]["context"] == 20000
    assert command.here("run", "And now?", "--resume", "last", "--json", "--context", "30000").code == 2
    again = command.here("run", "And now?", "--resume", "last", "--json")
    seen = [part["tokens"] for part in of_kind(again, "model_turn")[-1]["parts"]]
    assert sum(seen) == 20000


def test_a_context_that_is_longer_than_the_server_tells_is_not_believed(
    command: Command, serve: Any, folder: Path
) -> None:
    server = serve(in_order(say("Nothing to do.")), kind="vllm", context=9000)
    assert run(command, server, folder, "--context", "20000").objects[0]["context"] == 9000


def test_the_end_tells_what_the_run_took_and_that_it_did_nothing(
    command: Command, serve: Any, folder: Path
) -> None:
    server = serve(in_order(call("list_files"), say("Two files."), say("I did it all.")))
    arguments = ("run", TASK, "--workspace", str(folder), "--model", server.model)
    done = command.here(*arguments, "--json")
    assert done.last["calls"] == 1 and done.last["seconds"] > 0
    assert done.last["tokens"] == sum(
        turn["usage"]["completion_tokens"] for turn in of_kind(done, "model_turn")
    )
    idle = command.here(*arguments)
    assert idle.code == 0 and idle.out == "I did it all.\n"
    assert "The model only answered. It used no tool" in idle.err and "0 tool calls" in idle.err
    told = command.here("run", "--export", "last", "--json").last
    assert (told["status"], told["calls"]) == ("completed", 0) and "only answered" in told["message"]
    printed = command.here("run", "--export", "last").out
    assert "0 tool calls" in printed
    assert command.here("run", "--export", "last", "--format", "md").out == printed
