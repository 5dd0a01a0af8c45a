"""`coterie mcp` over a scripted engine, for the tests of what speaks to it.

Usage: python -m tests.support.servers.scripted_mcp
The model answers "Hello from the script.", and of a task it first writes notes.txt, then says that it is done.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from app import paths
from app.cli.ending import run_told
from app.cli.output import Output
from app.mcp_server.over_stdio import serve
from app.services.services import Services, open_services
from engine.api import GenerateRequest, Listener
from engine.values import ToolCall
from tests.support.engines.scripted_engine import ScriptedEngine

NOTES = "notes.txt"
SAID = "notes.txt holds a word."


def answer(request: GenerateRequest) -> Sequence[str]:
    if not request.tools:
        return ("Hello", " from", " the", " script.")
    return (SAID,) if _has_written(request) else ("I write it.",)


def calls(request: GenerateRequest) -> tuple[ToolCall, ...]:
    if not request.tools or _has_written(request):
        return ()
    return (ToolCall("c1", "write_file", {"path": NOTES, "content": "word\n"}),)


def made_engine(listener: Listener) -> ScriptedEngine:
    return ScriptedEngine(listener, answer, calls=calls, beside=True)


def opened(home: Path) -> Services:
    return open_services(home, make_engine=made_engine, states=False)


def _has_written(request: GenerateRequest) -> bool:
    return any(message.role == "tool" for message in request.messages)


def main() -> int:
    serve(paths.home(), opened)
    return 0


if __name__ == "__main__":
    sys.exit(run_told(main, Output(False)))
