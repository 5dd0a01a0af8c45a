"""Several runs and chats at a time, and runs of a thousand steps: each goes its own way, and none gets slower."""

from __future__ import annotations

import itertools
import resource
import statistics
import sys
import time
from pathlib import Path

import pytest

from agents.events import ModelTurn, RunEvent, ToolCalled, ToolResult
from agents.permissions.values import ApprovalRequest, Decision
from app.services.runs.events import RunEntries
from app.services.runs.values import RunRecord
from app.store.store import Store
from engine.values import Timings, ToolCall, Usage
from tests.support.agents.house import House, allow
from tests.support.agents.runs import broken_orders
from tests.support.counting import calls_in
from tests.support.listening import Listening
from tests.support.servers.openai_script import Asked, Reply, call, say
from tests.support.servers.openai_server import OpenAiServer

STEPS = 8


def counting(asked: Asked) -> Reply:
    """Writes a file for each step, with the name that the task gave in it, and reads it back."""
    name = next(str(m["content"]) for m in asked.messages if m["role"] == "user").split()[-1].strip(".")
    count = sum(message["role"] == "tool" for message in asked.messages)
    if count >= STEPS:
        return say(f"Done by {name}.", pace=0.001)
    if count % 2:
        return call("read_file", {"path": f"{name}-{count - 1}.txt"})
    return call("write_file", {"path": f"{name}-{count}.txt", "content": f"{name} {count}"})


@pytest.mark.parametrize("count", [4, pytest.param(20, marks=pytest.mark.agents)])
def test_runs_and_chats_at_a_time_do_not_get_into_each_others_way(tmp_path: Path, count: int) -> None:
    """Half of the runs ask about each change; two share a folder."""
    asked: list[ApprovalRequest] = []

    def decide(request: ApprovalRequest) -> Decision | None:
        asked.append(request)
        return Decision(True)

    names = [f"run{number}" for number in range(count)]
    folders = [tmp_path / f"folder{max(1, number)}" for number in range(count)]
    for folder in set(folders):
        folder.mkdir()
    with OpenAiServer(counting, kind="vllm", context=16_000) as server:
        house = House(tmp_path / "data", server.model, decide)
        told = Listening(house.services)
        try:
            house.services.models.use("/m/one.gguf")
            told.model("ready")
            chats = [house.services.conversations.create().id for _ in range(2)]
            answers = [house.services.asking.send(chat, "Hello") for chat in chats]
            runs = [
                house.start(f"Write as {name}.", folder, mode="ask" if number % 2 else "workspace")
                for number, (name, folder) in enumerate(zip(names, folders, strict=True))
            ]
            for run, name in zip(runs, names, strict=True):
                house.join(run)
                assert house.finished(run).answer == f"Done by {name}."
                assert broken_orders(house.entries(run)) == []
                made = house.events(run, ToolCalled)
                assert all(str(one.arguments["path"]).startswith(f"{name}-") for one in made)
                read = [one.text for one in house.events(run, ToolResult)][1::2]
                assert read == [f"{name} {number}" for number in range(0, STEPS, 2)]
            for answer in answers:
                assert told.finished(answer.id).content == "Hello from the script."
            assert {request.run for request in asked} == set(runs[1::2])
            # What one run did is undone, and what the other did in the same folder stays.
            house.runs.undo(runs[0], house.runs.undo_plan(runs[0]))
            assert {path.name.split("-")[0] for path in folders[0].iterdir()} == {"run1"}
        finally:
            house.close()


def events(count: int) -> list[RunEvent]:
    """What a long run writes down, three events a step."""
    found: list[RunEvent] = []
    for step in range(1, count // 3 + 1):
        made = (ToolCall("x", "read_file", {"path": f"{step}.txt"}),)
        found.append(ModelTurn(step, "I read on.", "", made, "stop", Usage(1000, 0, 20), Timings()))
        found.append(ToolCalled(step, f"c{step}", "read_file", {"path": f"{step}.txt"}))
        found.append(ToolResult(f"c{step}", "ok", "some text of a file " * 100))
    return found


@pytest.mark.long
def test_twice_the_journal_takes_twice_the_work_to_open(tmp_path: Path) -> None:
    home, workspace = tmp_path / "data", tmp_path / "workspace"
    workspace.mkdir()
    store = Store.open(home / "coterie.db", home / "backups")
    record = RunRecord(0, "t", "Read.", str(workspace), "m", "ask", "stopped", 1.0, 1.0)
    half, run = store.runs.add(record).id, store.runs.add(record).id
    for id, count in ((half, 1000), (run, 2000)):
        store.database.write(
            lambda _, id=id, count=count: [store.runs.append(id, event) for event in events(count)]
        )
    store.close()
    house = House(home, "m", allow)
    try:
        entries = house.entries(run)
        house.runs.view(half)  # what is done once only
        few, many = (calls_in(lambda id=id: house.runs.view(id)) for id in (half, run))
        last = house.runs.entries(run, entries[-10].seq)
    finally:
        house.close()
    assert len(entries) == 1998 and len(last) == 9
    assert few > 999 and many < 2.5 * few, (few, many)


@pytest.mark.agents
@pytest.mark.alone
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform == "win32", reason="memory is asked of Unix")
@pytest.mark.parametrize("kind", ["write_file", "read_file"])
def test_the_thousandth_step_takes_no_longer_and_little_more_memory(tmp_path: Path, kind: str) -> None:
    workspace, steps = tmp_path / "workspace", 1000
    workspace.mkdir()
    lines = "".join(f"this is line {number} of a long file\n" for number in range(3 * steps))
    (workspace / "long.txt").write_text(lines)
    before: list[Asked] = []

    def reply(asked: Asked) -> Reply:
        if before:
            before.pop().body.clear()  # the server's memory is this process's, too
        before.append(asked)
        number = asked.number
        if number >= steps:
            return say("Done.")
        if kind == "write_file":
            return call(kind, {"path": f"d{number % 20}/f{number}.txt", "content": f"line {number}\n" * 20})
        return call(kind, {"path": "long.txt", "first_line": number + 1, "last_line": number + 400})

    times: list[float] = []
    memory: list[int] = []

    def heard(event: RunEntries) -> None:
        if isinstance(event.entries[0].event, ModelTurn):
            times.append(time.process_time())
            memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)

    with OpenAiServer(reply, kind="vllm", context=16_384) as server:
        house = House(tmp_path / "data", server.model, allow)
        house.services.events.subscribe(RunEntries, heard)
        try:
            run = house.run("Go on for long.", workspace, wait=500)
            assert house.finished(run).reason == "answered"
        finally:
            house.close()
    taken = [after - at for at, after in itertools.pairwise(times)]
    first, last = statistics.median(taken[:100]), statistics.median(taken[-100:])
    print(
        f"{kind}: {first * 1000:.1f} ms, then {last * 1000:.1f} ms; {(memory[-1] - memory[100]) // 1024} MiB more"
    )
    assert last < 2 * first
    assert memory[-1] - memory[100] < 40 * 1024
