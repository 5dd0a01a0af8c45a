"""`coterie chat --workspace`: answers that use tools in a folder, with questions on the terminal."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.services.services import open_services
from tests.support.command import ANSWER_KEYS, Command, Ran
from tests.support.servers.openai_script import by_turn, call, say
from tests.support.servers.openai_server import OpenAiServer

WRITE = call("write_file", {"path": "notes.txt", "content": "hello"})
DONE = say("notes.txt holds the word hello.")


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    with OpenAiServer(by_turn(WRITE, DONE)) as server:
        yield server


def chat(command: Command, server: OpenAiServer, folder: Path, *more: str) -> Ran:
    return command.here("chat", "Make notes.txt", "--workspace", str(folder), "--model", server.model, *more)


def test_an_answer_with_tools_is_the_contracts_object_with_the_calls_it_took(
    command: Command, server: OpenAiServer, folder: Path
) -> None:
    ran = chat(command, server, folder, "--approve", "workspace", "--json")
    assert (ran.code, ran.err) == (0, "")
    (answer,) = ran.objects
    assert list(answer) == ANSWER_KEYS
    assert answer["content"] == "notes.txt holds the word hello." and answer["finish_reason"] == "stop"
    assert answer["tool_calls"] == [
        {"id": "c1", "name": "write_file", "arguments": {"path": "notes.txt", "content": "hello"}}
    ]
    assert (folder / "notes.txt").read_text() == "hello"
    services = open_services(command.home)
    try:
        (kept,) = services.conversations.all()
        assert kept.title == "Make notes.txt" and kept.options.tools is not None
        assert (kept.options.tools.workspace, kept.options.tools.mode) == (str(folder), "workspace")
    finally:
        services.close()


def test_what_it_does_is_told_beside_the_answer_and_can_be_undone(
    command: Command, server: OpenAiServer, folder: Path
) -> None:
    ran = chat(command, server, folder, "--approve", "workspace")
    assert (ran.code, ran.out) == (0, "notes.txt holds the word hello.\n")
    assert "write_file(notes.txt, hello)" in ran.err and "new: notes.txt" in ran.err
    hint = ran.err.strip().splitlines()[-1]
    assert command.here(*hint.partition("coterie ")[2].split()).code == 0
    assert not (folder / "notes.txt").exists()


@pytest.mark.parametrize(("said", "written"), [("y\n", True), ("n\n", False), ("", False)])
def test_a_call_is_asked_about_on_the_terminal(
    command: Command,
    server: OpenAiServer,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    said: str,
    written: bool,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(said))
    ran = chat(command, server, folder)
    assert ran.code == 0 and "Run this?" in ran.err and "+ 1  hello" in ran.err
    assert (folder / "notes.txt").exists() == written


def test_a_server_that_is_gone_ends_the_answer_with_a_sentence(
    command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = command.here(
        "chat", "Hi", "--workspace", str(folder), "--model", "openai:http://127.0.0.1:9/v1#x", "--json"
    )
    assert ran.code == 1 and ran.last["finish_reason"] == "error"
    assert ran.last["error"]["code"].startswith("remote.")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--approve", "ask"), 2),
        (("--workspace", ".", "--tools", "tools.json"), 2),
        (("--workspace", "nowhere"), 1),
        (("--workspace", "/"), 1),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_said(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: Any, code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tools.json").write_text(json.dumps([]))
    ran = command.here("chat", "Hi", *options, "--json")
    assert ran.code == code and "error" in ran.last
