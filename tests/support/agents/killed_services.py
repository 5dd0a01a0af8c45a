"""A run of the whole program that is killed at random moments and goes on in another process, until it is done.

    python -m tests.support.agents.killed_services HOME WORKSPACE MODEL KILLS SEED

Prints, as JSON, the number of each event that was told of before each kill. Each process is a fork of this one, so
that none has to start up anew. What the model says comes from a server of the test's.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

from app.services.runs.events import RunEntries
from tests.support.agents.house import UNLIMITED, House, allow
from tests.support.servers.openai_script import Asked, Reply, call, say

STEPS = 24


def reply(asked: Asked) -> Reply:
    """What comes next after so many results: files made, edited, moved and deleted, and lines added by a shell."""
    count = sum(message.get("role") == "tool" for message in asked.messages)
    if count >= STEPS:
        return say("All is done.")
    kind, number = count % 6, count
    if kind == 0:
        return call("write_file", {"path": f"notes/{number}.txt", "content": f"note {number}\n" * 200})
    if kind == 1:
        told = {"path": "story.txt", "old_text": "The end.", "new_text": f"Chapter {number}.\nThe end."}
        return call("edit_file", told)
    if kind in (2, 4):
        # In two writes, so that it can be killed between them.
        return call(
            "shell", {"command": f"printf '<{number}' >> lines.txt; sleep 0.05; echo '>' >> lines.txt"}
        )
    if kind == 3:
        return call("move_file", {"path": f"notes/{number - 3}.txt", "to": f"kept/{number - 3}.txt"})
    return call("delete_file", {"path": f"old/{number}.txt"})


def prepare(workspace: Path) -> None:
    (workspace / "old").mkdir(parents=True)
    (workspace / "story.txt").write_text("Once.\r\nThe end.", newline="")
    for number in range(5, STEPS, 6):
        (workspace / f"old/{number}.txt").write_bytes(b"old \xff\x00" * 100)


def go(home: Path, workspace: Path, model: str, told: Path) -> None:
    """Start the run, or go on with it, until it has answered."""
    house = House(home, model, allow)
    log = os.open(told, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def noted(event: RunEntries) -> None:
        os.write(log, b"".join(b"%d\n" % entry.seq for entry in event.entries))

    house.services.events.subscribe(RunEntries, noted)
    house.services.runs.recover()
    runs = house.runs.all()
    if runs:
        house.resume(runs[0].id)
    else:
        house.run("Write the story.", workspace, budget=UNLIMITED)
    assert house.finished(house.runs.all()[0].id).reason == "answered"
    house.close()


def main(home: Path, workspace: Path, model: str, kills: int, seed: int) -> int:
    draw = random.Random(seed)
    told = home.parent / "told"
    before: list[int] = []
    while True:
        child = os.fork()
        if not child:
            os._exit(_in_child(home, workspace, model, told))
        if len(before) < kills:
            wait(told, draw)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            print(json.dumps(before))
            return os.WEXITSTATUS(status)
        numbers = told.read_text().split() if told.exists() else []
        before.append(int(numbers[-1]) if numbers else 0)


def wait(told: Path, draw: random.Random) -> None:
    """Until a random moment: soon after the start, or some events further, on a fast machine as on a slow one."""
    seen, end = count_of(told), time.monotonic() + 20
    further = draw.choice((0, 1, 2, 3, 4, 5, 6))
    while count_of(told) < seen + further and time.monotonic() < end:
        time.sleep(0.002)
    time.sleep(draw.uniform(0.0, 0.1 if further else 0.3))


def count_of(told: Path) -> int:
    return told.read_bytes().count(b"\n") if told.exists() else 0


def _in_child(home: Path, workspace: Path, model: str, told: Path) -> int:
    try:
        go(home, workspace, model, told)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
