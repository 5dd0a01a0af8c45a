"""Schedules over real processes: restarts, two at once, one that is killed."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from app.store.schedules.records import Daily, Every, Firing, Schedule, When
from app.store.store import Store
from tests.support.agents.house import House
from tests.support.servers.openai_script import Asked, Reply, call, say
from tests.support.servers.openai_server import OpenAiServer
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.process, pytest.mark.long]
DAY = 86_400.0


@contextmanager
def coterie(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that looks after the schedules; it ends in order unless it was killed."""
    command = [sys.executable, "-m", "tests.support.agents.scheduled_process", str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.stdin.close()
            process.wait(60)


class Planned:
    """A data folder with one schedule, seen from outside."""

    def __init__(self, folder: Path, server: OpenAiServer, when: When, mode: str = "workspace") -> None:
        self.home, self.work = folder / "data", folder / "work"
        self.work.mkdir()
        house = House(self.home, server.model)
        self.schedule = house.services.schedules.save(
            Schedule(0, "Morning", "Do it.", str(self.work), when, 0.0, 0.0, model=server.model, mode=mode)  # type: ignore[arg-type]
        )
        house.close()

    def history(self) -> list[Firing]:
        with self.store() as store:
            return store.firings.of(self.schedule.id)

    def store(self) -> Store:
        return Store.open(self.home / "coterie.db", self.home / "backups")

    def make_due(self) -> None:
        """As if it had not been looked at for two days."""
        with self.store() as store:
            store.schedules.change(self.schedule.id, checked=time.time() - 2 * DAY, created=1.0)

    def runs(self) -> int:
        with self.store() as store:
            return len(store.runs.all())

    def until(self, *states: str) -> None:
        wait_until(lambda: tuple(each.state for each in self.history()) == states)


def test_over_restarts_what_was_missed_starts_once(tmp_path: Path) -> None:
    with OpenAiServer(lambda asked: say("Done.")) as server:
        planned = Planned(tmp_path, server, Daily("08:00"))
        with coterie(planned.home):
            pass
        assert planned.history() == []
        planned.make_due()
        with coterie(planned.home):
            planned.until("completed")
        with coterie(planned.home):
            pass
        planned.until("completed")
        assert planned.runs() == 1


def test_two_processes_start_it_once_and_one_takes_over_from_a_dead_one(tmp_path: Path) -> None:
    held, reached = threading.Event(), threading.Event()

    def answer(asked: Asked) -> Reply:
        reached.set()
        held.wait(300)
        return say("Done.")

    with OpenAiServer(answer) as server, ExitStack() as running:
        planned = Planned(tmp_path, server, Every(60))
        planned.make_due()
        first = running.enter_context(coterie(planned.home))
        assert reached.wait(60)
        second = running.enter_context(coterie(planned.home))
        planned.until("running")
        first.kill()
        first.wait(60)  # until then its parent holds what is left of it
        planned.until("interrupted")
        assert second.poll() is None and planned.runs() == 1
        held.set()
        planned.make_due()
        planned.until("completed", "interrupted")
        assert planned.runs() == 2


def test_a_question_waits_over_a_restart(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        wrote = any(message["role"] == "tool" for message in asked.messages)
        return say("Done.") if wrote else call("write_file", {"path": "a.txt", "content": "a"})

    with OpenAiServer(answer) as server:
        planned = Planned(tmp_path, server, Daily("08:00"), "ask")
        planned.make_due()
        for _ in range(2):
            with coterie(planned.home):
                planned.until("waiting")
        assert planned.runs() == 1 and not (planned.work / "a.txt").exists()
