"""`coterie run --plan` with a model behind a server: its plan is approved, changed, rejected or left for later."""

import io
import json
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Command, Ran
from tests.support.servers.openai_script import Asked, Reply, call, say
from tests.support.servers.openai_server import OpenAiServer

TASK = "Write hello into notes.txt"
WRITE = call("write_file", {"path": "notes.txt", "content": "hello"})


def plan(*texts: str, state: str = "todo") -> Reply:
    return call("update_plan", {"items": [{"text": text, "state": state} for text in texts]})


def answer(asked: Asked) -> Reply:
    """Plans, plans anew when told so, then does what was approved and ticks it."""
    said = json.dumps(asked.body["messages"], ensure_ascii=False)
    if "the plan that I approve" not in said:
        return plan("Write hi") if "instead" in said else plan("Write hello")
    done = sum(message["role"] == "tool" for message in asked.body["messages"])
    proposals = said.count("The plan is shown: 0 of")
    if done == proposals:
        return WRITE
    return say("It is written.")


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    with OpenAiServer(answer) as server:
        yield server


@pytest.fixture
def types(coterie_home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Command]:
    """A command at whose terminal this is typed."""

    def types(text: str) -> Command:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        return Command(coterie_home, "http://127.0.0.1:9")

    return types


def run(command: Command, server: OpenAiServer, folder: Path, *more: str) -> Ran:
    wish = ("--workspace", str(folder), "--model", server.model, "--approve", "workspace", "--plan", "--json")
    return command.here("run", TASK, *wish, *more)


def states(ran: Ran) -> list[str]:
    return [shown["state"] for shown in ran.objects if shown["kind"] == "plan"]


def test_an_approved_plan_is_carried_out_and_what_is_not_ticked_is_named(
    types: Any, server: OpenAiServer, folder: Path
) -> None:
    ran = run(types("a\n"), server, folder)
    assert (ran.code, states(ran)) == (0, ["proposed", "approved"])
    assert "1. Write hello" in ran.err and "[a]pprove" in ran.err
    assert (folder / "notes.txt").read_text() == "hello"
    assert ran.last["left"] == ["Write hello"]


def test_without_anybody_the_run_ends_with_its_proposal_and_is_approved_later(
    types: Any, server: OpenAiServer, folder: Path
) -> None:
    ran = run(types(""), server, folder)
    assert ran.code == 1 and states(ran) == ["proposed"]
    assert (ran.last["status"], ran.last["reason"]) == ("stopped", "plan")
    assert "plan" in ran.last["message"] and not list(folder.iterdir())
    later = types("a\n").here("run", "--resume", str(ran.last["run"]), "--json")
    assert (later.code, states(later)) == (0, ["proposed", "approved"])
    assert (folder / "notes.txt").exists()


def test_lines_are_typed_where_there_is_no_editor(types: Any, server: OpenAiServer, folder: Path) -> None:
    ran = run(types("?\ne\nRead a.txt\nWrite notes.txt\n\na\n"), server, folder)
    assert states(ran) == ["proposed", "edited", "approved"]
    edited = next(shown for shown in ran.objects if shown["kind"] == "plan" and shown["state"] == "edited")
    assert (edited["items"], edited["who"]) == (["Read a.txt", "Write notes.txt"], "user")


def test_an_editor_changes_the_plan(
    types: Any, server: OpenAiServer, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nprintf '# said\\nWrite it\\n\\n  Test it \\n' >\"$1\"\n")
    editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("VISUAL", str(editor))
    command = types("e\na\n")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    ran = run(command, server, folder)
    approved = [shown["items"] for shown in ran.objects if shown["kind"] == "plan"][-1]
    assert approved == ["Write it", "Test it"]


def test_an_editor_that_fails_is_told_and_lines_are_typed(
    types: Any, server: OpenAiServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "/no/such/editor")
    command = types("e\nWrite it\n\na\n")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    ran = run(command, server, folder)
    assert "/no/such/editor" in ran.err
    assert [shown["items"] for shown in ran.objects if shown["kind"] == "plan"][-1] == ["Write it"]


def test_a_rejected_plan_is_made_anew_or_let_go(types: Any, server: OpenAiServer, folder: Path) -> None:
    ran = run(types("r\nSay hi instead.\nr\n\n"), server, folder)
    assert states(ran) == ["proposed", "rejected", "proposed", "rejected"]
    assert (ran.code, ran.last["reason"]) == (1, "plan_rejected") and not list(folder.iterdir())


def test_the_plan_is_shown_in_words(types: Any, server: OpenAiServer, folder: Path) -> None:
    wish = ("--workspace", str(folder), "--model", server.model, "--approve", "workspace", "--plan")
    ran = types("a\n").here("run", TASK, *wish)
    assert "plan approved" in ran.err and "Not done:" in ran.err and "  - Write hello" in ran.err


def test_what_a_run_does_next_can_be_planned_and_needs_words(
    types: Any, server: OpenAiServer, folder: Path
) -> None:
    first = run(types("a\n"), server, folder)
    ran = types("").here("run", "--resume", str(first.last["run"]), "And then?", "--plan", "--json")
    assert ran.objects[0]["kind"] == "run_resumed" and ran.objects[0]["plan"]
    refused = types("").here("run", "--resume", "last", "--plan")
    assert refused.code == 2 and "--plan" in refused.err
