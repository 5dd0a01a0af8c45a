"""A program of somebody else's asks the real server over a scripted engine, which has it use one of its tools. The
model has no more context than the program is said to need.

`talk` runs it in a child, where both reach nothing but each other.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from app.desktop.server.snippets import CLIENTS
from app.server.server import ServerOptions
from engine.api import GenerateRequest
from engine.values import ToolCall
from tests.support.servers.loopback import ROOT, alone
from tests.support.servers.served import Served

PATIENCE_S = 150.0


class Talk(msgspec.Struct):
    """What is done: `turns` are lines for a shell in `folder`/work, where $SNIPPET is the file with what `client` is
    given, $KEY the key. The first question is answered by a call of the tool `tool`."""

    client: str
    turns: list[str]
    tool: str
    arguments: dict[str, Any]


class Told(NamedTuple):
    """What came of it: what the program said in each turn, and the messages of each request of the engine."""

    said: Sequence[str]
    asked: Sequence[Sequence[Mapping[str, Any]]]


def talk(folder: Path, program: Path, wanted: Talk) -> Told:
    """Have `program` do it, with `folder` for its home. Raises AssertionError with what it said when it fails."""
    (folder / "bin").mkdir()
    (folder / "work").mkdir(exist_ok=True)
    (folder / "bin" / program.name).symlink_to(program)
    home = {"HOME": str(folder), "PATH": f"{folder / 'bin'}:{program.parent}:{os.environ['PATH']}"}
    kept = {name: value for name, value in os.environ.items() if name.startswith(("LANG", "LC_", "QT_"))}
    command = alone(sys.executable, "-m", "tests.support.servers.program_talk", str(folder))
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env={**kept, **home, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)},
        input=msgspec.json.encode(wanted).decode(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = json.loads(ran.stdout)
    return Told(told["said"], told["asked"])


def _calls(wanted: Talk, request: GenerateRequest) -> tuple[ToolCall, ...]:
    """The first question alone: others that a program asks by itself, such as for a title, have no tools."""
    if not request.tools or any(message.tool_calls for message in request.messages):
        return ()
    return (ToolCall("call_1", wanted.tool, wanted.arguments),)


def _answer(request: GenerateRequest) -> Sequence[str]:
    last = request.messages[-1]
    return (
        ("<think>Hm.", "It ", "says: ", last.content)
        if last.role == "tool"
        else ("<think>Hm.", "Very ", "well.")
    )


def _run(folder: Path, wanted: Talk) -> dict[str, Any]:
    """In the child."""
    served = Served(folder / "served", ServerOptions(port=0), counts=True)
    try:
        client = next(client for client in CLIENTS if client.name == wanted.client)
        served.services.models.use("starter", context=client.context, remember=False)
        engine = served.engine
        engine.answer, engine.calls = _answer, lambda request: _calls(wanted, request)
        snippet = folder / "snippet"
        snippet.write_text(client.snippet(served.address, served.key), encoding="utf-8")
        said = []
        for turn in wanted.turns:
            ran = subprocess.run(
                ["sh", "-c", turn],
                cwd=folder / "work",
                env={**os.environ, "SNIPPET": str(snippet), "KEY": served.key},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            assert ran.returncode == 0, f"{turn}\n{ran.stdout}\n{ran.stderr}"
            said.append(ran.stdout)
        asked = [msgspec.to_builtins(request.messages) for request in engine.requests]
    finally:
        served.close()
    return {"said": said, "asked": asked}


if __name__ == "__main__":
    home = Path(sys.argv[1])
    (home / "served").mkdir()
    print(json.dumps(_run(home, msgspec.json.decode(sys.stdin.buffer.read(), type=Talk))))
