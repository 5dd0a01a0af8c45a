"""`coterie run` with a command in the background: what the terminal and --json show of it."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from agents.sandbox.find import find_sandbox
from tests.support.command import Command
from tests.support.servers.openai_script import by_turn, call, say
from tests.support.servers.openai_server import OpenAiServer

SERVER = "python3 -u -m http.server --bind 127.0.0.1 8123"
REACHED = "for i in $(seq 200); do curl -sf localhost:8123/page.txt && break; sleep 0.05; done"
SCRIPT = by_turn(
    call("shell", {"command": SERVER, "background": True}),
    call("shell", {"command": REACHED}),
    call("background", {"id": "b1"}),
    say("Served."),
)

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(
        (found := find_sandbox()) is None or not found.filters, reason="without namespaces there are no ports"
    ),
]


def test_its_port_and_its_end_are_told(
    coterie_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    command = Command(coterie_home, "http://127.0.0.1:9")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "page.txt").write_text("served words")
    wanted = ("run", "Serve it", "--workspace", str(folder), "--approve", "all-in-sandbox")
    with OpenAiServer(SCRIPT, kind="vllm", context=32_000) as server:
        ran = command.here(*wanted, "--model", server.model)
        told = command.here(*wanted, "--model", server.model, "--json")
    assert (ran.code, ran.out) == (0, "Served.\n")
    lines = [line.strip() for line in ran.err.splitlines()]
    assert "b1 in the background listens at port 8123 of the sandbox" in lines
    assert "b1 in the background has ended with the run" in lines
    states = [(one["state"], one["id"]) for one in told.objects if one["kind"] == "background"]
    assert states[0] == ("started", "b1") and states[-1] == ("ended", "b1")
    assert told.objects[-1]["kind"] == "run_finished"
    results = [one["text"] for one in told.objects if one["kind"] == "tool_result"]
    assert "served words" in results[1] and "[b1 runs, listening at port 8123]" in results[2]
