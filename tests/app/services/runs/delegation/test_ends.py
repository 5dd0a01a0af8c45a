"""A run that gave tasks away is stopped, paused or killed: those that have them end with it, and go on with it."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agents.budget import Budget
from agents.events import RunFinished, RunResumed, SubagentFinished, SubagentStarted, ToolResult
from agents.permissions.values import ApprovalRequest, Decision
from agents.run.state import RunState
from app.store.store import Store
from tests.app.services.runs.delegation.conftest import Opened, by_task, gives
from tests.support.agents.house import House
from tests.support.agents.runs import broken_orders
from tests.support.servers.openai_script import Asked, Reply, by_turn, call, say
from tests.support.servers.openai_server import OpenAiServer

READ = call("read_file", {"path": "notes.txt"})
WRITE = call("write_file", {"path": "new.txt", "content": "new\n"})


class Held:
    """A task whose second turn is not answered in time, once."""

    def __init__(self, first: Reply) -> None:
        self.first, self.reached, self._held = first, threading.Event(), False

    def __call__(self, asked: Asked) -> Reply:
        if asked.turns == 0:
            return self.first
        if not self._held:
            self._held = True
            self.reached.set()
            return Reply(fault="stall")
        return say("Done after all.")


def wait_for(held: Held) -> None:
    assert held.reached.wait(60)


def test_stopping_ends_both_and_what_there_is_counts(opened: Opened, folder: Path) -> None:
    held = Held(READ)
    house = opened(by_task(find=gives("Wait"), wait=held))
    run = house.start("Find out", folder)
    wait_for(held)
    house.runs.stop(run)
    house.join(run)
    (started,) = house.events(run, SubagentStarted)
    (ended,) = house.events(run, SubagentFinished)
    assert (ended.status, ended.reason) == ("stopped", "user")
    assert house.finished(run).reason == "user"
    assert house.runs.join(started.child, 30) and house.finished(started.child).reason == "user"
    assert house.finished(run).calls == 2
    (result,) = house.events(run, ToolResult)
    assert result.status in ("interrupted", "ok")


@pytest.mark.parametrize("changes", [False, True])
def test_a_paused_task_goes_on_where_it_was(opened: Opened, repository: Path, changes: bool) -> None:
    held = Held(WRITE if changes else READ)
    house = opened(by_task(find=gives("Wait", changes=changes), wait=held))
    run = house.start("Find out", repository)
    wait_for(held)
    house.runs.pause(run)
    house.join(run)
    assert house.finished(run).reason == "paused" and house.events(run, ToolResult) == []
    assert house.runs.view(run).interrupted == ()
    assert not (repository / ".git/worktrees").exists()
    house.resume(run)
    first, second = house.events(run, SubagentStarted)
    assert first.child == second.child and second.resumed
    (ended,) = house.events(run, SubagentFinished)
    assert (ended.answer, ended.files) == ("Done after all.", int(changes))
    assert len(house.events(ended.child, RunResumed)) == 1
    assert house.finished(run).status == "completed"
    assert broken_orders(house.entries(run)) == broken_orders(house.entries(ended.child)) == []
    assert not (repository / ".git/worktrees").exists()


def test_resumed_to_read_only_it_is_not_gone_on_with(opened: Opened, repository: Path) -> None:
    """What it took counts all the same."""
    held = Held(WRITE)
    house = opened(by_task(find=gives("Wait", changes=True), wait=held))
    run = house.start("Find out", repository)
    wait_for(held)
    house.runs.pause(run)
    house.join(run)
    house.resume(run, mode="read")
    (ended,) = house.events(run, SubagentFinished)
    assert (ended.status, ended.calls) == ("stopped", 1) and ended.tokens > 0
    (result,) = house.events(run, ToolResult)
    assert result.status == "error" and "only" in result.text
    assert house.finished(run).status == "completed"


def test_an_open_question_of_a_task_is_asked_again(opened: Opened, repository: Path) -> None:
    """It waits for nobody when the run is paused, and is not taken for refused."""
    asked: list[ApprovalRequest] = []
    came = threading.Event()

    def later(request: ApprovalRequest) -> Decision | None:
        asked.append(request)
        came.set()
        return Decision(True) if len(asked) > 1 else None

    write = call("write_file", {"path": ".vscode/tasks.json", "content": "{}\n"})
    house = opened(by_task(do=gives("Write", changes=True), write=by_turn(write, say("Wrote it."))), later)
    run = house.start("Do it", repository)
    assert came.wait(60)
    assert house.runs.get(run).state == "waiting"
    house.runs.pause(run)
    house.join(run)
    assert house.finished(run).reason == "paused"
    house.resume(run)
    assert len(asked) == 2 and asked[0] == asked[1] and asked[0].child == "Write"
    assert house.events(run, SubagentFinished)[0].answer == "Wrote it."


@pytest.mark.long
@pytest.mark.parametrize("changes", [False, True])
def test_a_killed_task_goes_on_and_leaves_nothing_in_git(
    opened: Opened, repository: Path, tmp_path: Path, changes: bool
) -> None:
    held = Held(WRITE if changes else READ)
    script = by_task(find=gives("Wait", changes=changes), wait=held)
    with OpenAiServer(script, kind="vllm", context=32_000) as server:
        home = tmp_path / "data"
        command = [sys.executable, "-m", "tests.support.agents.killed_delegation"]
        with subprocess.Popen([*command, str(home), str(repository), server.model]) as process:
            wait_for(held)
            process.kill()
        assert (repository / ".git/worktrees").exists() == changes
        house = House(home, server.model)
        try:
            house.runs.recover()
            assert not (repository / ".git/worktrees").exists()
            (record,) = house.runs.all()
            assert record.state == "interrupted" and house.runs.view(record.id).interrupted == ()
            house.resume(record.id)
            (ended,) = house.events(record.id, SubagentFinished)
            assert (ended.answer, ended.files) == ("Done after all.", int(changes))
            assert len(house.events(ended.child, RunResumed)) == 1
            assert not (repository / ".git/worktrees").exists()
        finally:
            house.close()


@pytest.mark.long
def test_a_task_that_was_done_before_the_process_died_is_not_done_again(
    opened: Opened, folder: Path, tmp_path: Path
) -> None:
    """Two go on at the same time, and no result is written before both have ended."""
    held = Held(READ)
    script = by_task(find=gives("Wait", "Quick"), wait=held, quick=by_turn(say("Done at once.")))
    with OpenAiServer(script, kind="vllm", context=32_000) as server:
        home = tmp_path / "data"
        command = [sys.executable, "-m", "tests.support.agents.killed_delegation"]
        with subprocess.Popen([*command, str(home), str(folder), server.model]) as process:
            wait_for(held)
            watching = Store.open(home / "coterie.db", home / "backups")
            with watching as store:
                while not any(e.kind == "subagent_finished" for e in store.runs.entries(1)):
                    assert process.poll() is None
            process.kill()
        house = House(home, server.model)
        try:
            house.resume(1)
            assert [one.text for one in house.events(1, ToolResult)] == ["Done after all.", "Done at once."]
            assert len(house.events(1, SubagentFinished)) == 2
            assert len(house.services.store.runs.children(1)) == 2
        finally:
            house.close()


@pytest.mark.parametrize("limit", ["tokens", "calls"])
def test_what_is_left_of_the_budget_is_what_they_may_use(opened: Opened, folder: Path, limit: str) -> None:
    def endless(asked: Asked) -> Reply:
        return call("search_text", {"pattern": f"word{asked.turns}"})

    house = opened(by_task(find=gives("Left", "Right"), left=endless, right=endless))
    budget = Budget(
        tokens=600 if limit == "tokens" else 0, calls=12 if limit == "calls" else 0, steps=50, seconds=0
    )
    run = house.run("Find out", folder, budget=budget)
    ended = house.events(run, SubagentFinished)
    assert len(ended) == 2 and all(one.status == "stopped" for one in ended)
    used = RunState.of(house.entries(run)).total
    assert used.calls <= 12 if limit == "calls" else used.tokens <= 600 + 200
    last = house.entries(run)[-1].event
    assert isinstance(last, RunFinished)


def test_with_nothing_left_nothing_is_given_away(opened: Opened, folder: Path) -> None:
    house = opened(by_task(find=gives("Left"), left=by_turn(READ, say("x"))))
    run = house.run("Find out", folder, budget=Budget(tokens=100))
    assert house.events(run, SubagentStarted) == []
    (result,) = house.events(run, ToolResult)
    assert result.status == "error" and "Finish it yourself" in result.text


def test_runs_in_the_trash_take_those_along_that_they_gave_tasks_to(opened: Opened, folder: Path) -> None:
    house: House = opened(by_task(find=gives("Look"), look=by_turn(READ, say("x"))))
    run = house.run("Find out", folder)
    (ended,) = house.events(run, SubagentFinished)
    house.runs.delete(run)
    assert house.runs.empty_trash(2e10) == 2
    assert house.services.store.runs.every() == [] and ended.child
