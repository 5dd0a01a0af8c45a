"""Schedules over real services, runs, tools and a store; their clock is the test's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.services.runs.runs import Runs
from app.services.schedules.schedules import Schedules
from app.store.schedules.records import Daily, Firing, Schedule, When
from tests.support.agents.house import House
from tests.support.servers.openai_script import Answer, say
from tests.support.servers.openai_server import OpenAiServer
from tests.support.waiting import wait_until

# As a schedule may be made for it: eight o'clock is to come on the same day.
NOW = time.mktime((2026, 11, 27, 7, 0, 0, 0, 0, -1))
HOUR = 3600.0
EIGHT = Daily("08:00")


class Planned:
    """`now` is the time of the schedules, `battery` whether the computer is on it. `turn` is one look of the keeper;
    whatever else happens does so on the threads of runs."""

    def __init__(self, home: Path, server: OpenAiServer, workspace: Path) -> None:
        self.home, self.server, self.workspace = home, server, workspace
        workspace.mkdir(exist_ok=True)
        self.now, self.battery, self.attended = NOW, False, True
        self.open()

    def open(self) -> None:
        self.house = House(self.home, self.server.model, lambda request: None)
        self.runs: Runs = self.house.runs
        services = self.house.services
        self.store = services.store
        self.schedules = Schedules(
            self.home,
            self.store,
            self.runs,
            services.models,
            services.events,
            lambda: self.now,
            lambda: self.battery,
        )
        self.keeper = self.schedules.keeper
        self.keeper.attended = self.attended
        self.runs.recover()
        self.keeper.listen()

    def close(self) -> None:
        self.schedules.close()
        self.house.close()

    def reopen(self) -> None:
        """The program is closed and opened again."""
        self.close()
        self.open()
        self.keeper.take_up()

    def add(self, when: When = EIGHT, **fields: Any) -> Schedule:
        values = {
            "name": "Morning",
            "task": "Tidy up.",
            "workspace": str(self.workspace),
            "mode": "workspace",
            "model": self.server.model,
        } | fields
        return self.schedules.save(Schedule(0, when=when, created=0.0, checked=0.0, **values))

    def turn(self, later: float = 0.0) -> float:
        self.now += later
        return self.keeper.turn()

    def history(self, schedule: Schedule) -> list[Firing]:
        return self.schedules.history(schedule.id)

    def last(self, schedule: Schedule) -> Firing:
        return self.history(schedule)[0]

    def until(self, schedule: Schedule, state: str) -> Firing:
        """Look until the last time of a schedule stands like this."""

        def stands() -> bool:
            self.keeper.settle()
            history = self.history(schedule)
            return bool(history) and history[0].state == state

        wait_until(stands)
        run = self.last(schedule).run
        if run and state not in ("running", "waiting"):
            self.runs.join(run, 30)
        return self.last(schedule)


Plan = Callable[..., Planned]


@pytest.fixture
def plan(tmp_path: Path) -> Iterator[Plan]:
    """`plan(answer)`: schedules whose runs are answered so."""
    made: list[tuple[Planned, OpenAiServer]] = []

    def plan(answer: Answer = lambda asked: say("Done.")) -> Planned:
        server = OpenAiServer(answer, kind="vllm", context=16_384)
        server.__enter__()
        made.append((Planned(tmp_path / "data", server, tmp_path / "work"), server))
        return made[-1][0]

    yield plan
    for planned, server in made:
        planned.close()
        server.__exit__(None, None, None)
