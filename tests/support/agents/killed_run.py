"""A run with file edits that is killed at random moments and goes on in another process, until it is done.

    python -m tests.support.agents.killed_run FOLDER KILLS SEED

Prints how often it was really killed. Each process is a fork of this one, so that none has to start up anew.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

from agents.api import Outcome, ToolContext
from agents.budget import Budget
from agents.events import RunResumed
from agents.permissions.values import Decision, Effects, ToolFacts
from agents.run.run import Run
from agents.tools.files.edit_file import edit_file
from agents.tools.files.write_file import write_file
from tests.support.agents.journals import FileJournal
from tests.support.agents.runs import Bench, ScriptedApprover, started
from tests.support.agents.scripted_brain import NotedTool, ScriptedBrain, calls, says, schema

LINES = 30


def add_line(arguments: dict[str, Any], here: ToolContext) -> Outcome:
    """In two writes, so that it can be killed between them."""
    with (here.workspace.root / "lines.txt").open("a") as file:
        file.write(f"<{arguments['line']}")
        file.flush()
        time.sleep(0.004)
        file.write(">\n")
    return Outcome("added")


def reply(ask: Any) -> Any:
    """What comes next after so many results."""
    count = sum(message.role == "tool" for message in ask.messages)
    time.sleep(0.04)  # so that on a fast machine too the run is longer than all the waits for the kills
    if count >= LINES:
        return says("All lines are there.")
    if count % 5 == 0:
        return calls(("write_file", {"path": f"notes-{count}.txt", "content": f"note {count}\n" * 50}))
    if count % 5 == 1:
        edit = {"path": "story.txt", "old_text": "The end.", "new_text": f"Chapter {count}.\nThe end."}
        return calls(("edit_file", edit))
    return calls(("add_line", {"line": str(count)}))


def bench(folder: Path) -> Bench:
    adding = NotedTool(
        "add_line",
        add_line,
        parameters=schema(["line"], line="string"),
        facts=ToolFacts(),
        effects=Effects("files", writes=("lines.txt",)),
    )
    journal = FileJournal(folder / "journal.jsonl")
    approver = ScriptedApprover(Decision(True))
    chat_model = ScriptedBrain(reply)
    return Bench(folder, chat_model, (write_file, edit_file, adding), journal=journal, approver=approver)


def go(folder: Path) -> None:
    here = bench(folder)
    run: Run = here.run()
    budget = Budget(steps=0, errors=0)
    run.go(RunResumed(budget) if here.journal.log else started(mode="workspace", budget=budget))


def main(folder: Path, kills: int, seed: int) -> int:
    draw = random.Random(seed)
    killed = 0
    while True:
        child = os.fork()
        if not child:
            os._exit(_in_child(folder))
        if killed < kills:
            time.sleep(draw.uniform(0.01, 0.12))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            return killed if os.WEXITSTATUS(status) == 0 else -1
        killed += 1


def _in_child(folder: Path) -> int:
    try:
        go(folder)
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
