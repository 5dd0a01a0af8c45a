"""A run that has left a server running, to be killed: `python -m tests.support.agents.killed_background FOLDER`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from agents.budget import Budget
from agents.events import RunResumed
from agents.sandbox.find import find_sandbox
from agents.tools.background import background
from agents.tools.executing import shell
from tests.support.agents.journals import FileJournal
from tests.support.agents.runs import Bench, started
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says

WRITES = "export X=1; while :; do date +%N >> beats.txt; sleep 0.01; done"


def reply(ask: Any) -> Any:
    count = sum(message.role == "tool" for message in ask.messages)
    if count == 0:
        return calls(("shell", {"command": WRITES, "background": True}))
    if count == 1:
        return calls(("shell", {"command": "export X=1; echo one > one.txt"}))
    if count == 2 and not Path(sys.argv[1], "killed").exists():
        time.sleep(600)
    if count == 2:
        return calls(("shell", {"command": "echo [${X-none}]; ls"}))
    return says("Done.")


def bench(folder: Path) -> Bench:
    made = Bench(
        folder, ScriptedBrain(reply), (shell, background), journal=FileJournal(folder / "journal.jsonl")
    )
    made.here = msgspec.structs.replace(made.here, sandbox=find_sandbox())
    return made


if __name__ == "__main__":
    here = bench(Path(sys.argv[1]))
    resumed = RunResumed(Budget()) if here.journal.log else None
    here.run().go(resumed or started(mode="all-in-sandbox"))
