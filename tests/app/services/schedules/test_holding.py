"""A schedule takes no model away from whoever uses another one, but for runs that only wait for an answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.permissions.values import Decision
from app.services.runs.values import RunSpec
from app.services.services import Services, open_services
from app.store.schedules.records import Every, Firing, Schedule
from engine.api import GenerateRequest, Listener
from engine.values import ToolCall
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.models.starter import starter_model
from tests.support.waiting import wait_until

WRITE = ToolCall("c1", "write_file", {"path": "a.txt", "content": "a"})


class Two:
    """Two models of this computer; who is told to write asks for a file."""

    def __init__(self, folder: Path) -> None:
        self.engines: list[ScriptedEngine] = []
        self.work = folder / "work"
        self.work.mkdir()
        self.other = folder / "other.gguf"
        self.other.hardlink_to(starter_model())
        self.services: Services = open_services(folder / "data", make_engine=self._engine)
        self.keeper = self.services.schedules.keeper
        self.keeper.listen()

    def _engine(self, listener: Listener) -> ScriptedEngine:
        self.engines.append(ScriptedEngine(listener, calls=self._calls))
        return self.engines[-1]

    def _calls(self, request: GenerateRequest) -> tuple[ToolCall, ...]:
        told = str(request.messages)
        return (WRITE,) if "Write a file." in told and "role='tool'" not in told else ()

    def add(self, name: str, task: str, model: str) -> Schedule:
        return self.services.schedules.save(
            Schedule(0, name, task, str(self.work), Every(600), 0.0, 0.0, model=model)
        )

    def due(self, schedule: Schedule) -> None:
        now = time.time()
        self.services.store.schedules.change(schedule.id, checked=now - 40_000.0, created=now - 90_000.0)
        self.keeper.turn()

    def last(self, schedule: Schedule) -> Firing | None:
        return next(iter(self.services.schedules.history(schedule.id)), None)

    def until(self, schedule: Schedule, state: str) -> Firing:
        def stands() -> bool:
            self.keeper.settle()
            last = self.last(schedule)
            return last is not None and last.state == state

        wait_until(stands)
        found = self.last(schedule)
        assert found is not None
        return found


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    two = Two(tmp_path)
    yield two
    for engine in two.engines:
        engine.hold.clear()
    two.services.close()


def test_what_only_waits_for_an_answer_makes_way_and_comes_back(two: Two) -> None:
    asking = two.add("Asking", "Write a file.", "starter")
    other = two.add("Other", "Look around.", str(two.other))
    two.due(asking)
    two.until(asking, "waiting")
    two.due(other)
    two.until(other, "completed")
    two.services.runs.join(two.until(other, "completed").run, 30)
    assert two.until(asking, "queued").run
    two.keeper.turn()
    run = two.until(asking, "waiting").run
    wait_until(lambda: two.services.runs.pending(run) is not None)
    request = two.services.runs.pending(run)
    assert request is not None and two.services.runs.decide(run, request.call, Decision(True))
    two.until(asking, "completed")
    assert (two.work / "a.txt").read_text() == "a"


def test_a_person_s_run_keeps_its_model_until_it_has_ended(two: Two) -> None:
    other = two.add("Other", "Look around.", str(two.other))
    run = two.services.runs.start(RunSpec("Write a file.", str(two.work), "starter"))
    wait_until(lambda: two.services.runs.pending(run.id) is not None)
    two.due(other)
    assert two.last(other) is None and two.keeper.holds[other.id] == "model"
    request = two.services.runs.pending(run.id)
    assert request is not None and two.services.runs.decide(run.id, request.call, Decision(True))
    assert two.services.runs.join(run.id, 30)
    two.keeper.turn()
    two.until(other, "completed")


def test_the_model_that_is_in_use_is_used_beside_others(two: Two) -> None:
    same = two.add("Same", "Look around.", "")
    run = two.services.runs.start(RunSpec("Write a file.", str(two.work), "starter"))
    wait_until(lambda: two.services.runs.pending(run.id) is not None)
    two.due(same)
    two.until(same, "completed")


def test_a_model_that_is_gone_is_told_by_its_run(two: Two) -> None:
    gone = two.add("Gone", "Look around.", "nobody/none:Q4_K_M")
    two.due(gone)
    firing = two.until(gone, "failed")
    assert firing.reason is not None and firing.reason.code.startswith("library.")
