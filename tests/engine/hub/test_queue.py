"""Scheduling of downloads: what is due, and the threads that run it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.hub.queue import Queue, due, reordered
from engine.hub.transfer.stop import StopToken

PATIENCE = 300.0


@dataclass
class Entry:
    id: int
    position: float


@given(st.lists(st.floats(0, 9), max_size=9), st.sets(st.integers(0, 12), max_size=4), st.integers(1, 4))
def test_what_is_due_comes_first_in_the_order_and_never_too_many_run(
    positions: list[float], running: set[int], at_once: int
) -> None:
    entries = [Entry(id, position) for id, position in enumerate(positions)]
    started = due(entries, running, at_once)
    assert not running & set(started)
    assert len(started) <= max(0, at_once - len(running))
    left = [entry for entry in entries if entry.id not in running | set(started)]
    if left:  # something waits on, so no place was left free
        assert len(started) == max(0, at_once - len(running))
        later = min((entry.position, entry.id) for entry in left)
        assert all((entries[id].position, id) < later for id in started)


@pytest.mark.parametrize(
    ("moved", "before", "order"),
    [(3, 1, [3, 1, 2]), (1, None, [2, 3, 1]), (1, 3, [2, 1, 3]), (2, 9, [1, 3, 2]), (2, 2, [1, 3, 2])],
)
def test_one_is_put_before_another_or_at_the_end(moved: int, before: int | None, order: list[int]) -> None:
    assert reordered([1, 2, 3], moved, before) == order


@dataclass
class Work:
    """Downloads that run until they are let go or told to stop."""

    entries: dict[int, Entry] = field(default_factory=dict)
    at_once: int = 2
    started: list[int] = field(default_factory=list)
    running: set[int] = field(default_factory=set)
    stopped: dict[int, str] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    most: int = 0

    def waiting(self) -> list[Entry]:
        return list(self.entries.values())

    def add(self, *ids: int) -> None:
        self.entries |= {id: Entry(id, float(id)) for id in ids}

    def run(self, id: int, token: StopToken) -> None:
        self.entries.pop(id)
        self.started.append(id)
        self.running.add(id)
        self.most = max(self.most, len(self.running))
        while id not in self.done and not token.stopped:
            time.sleep(0.002)
        if token.stopped:
            self.stopped[id] = "cancel" if token.cancelled else "pause"
        self.running.discard(id)


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def queue(work: Work) -> Iterator[Queue]:
    queue = Queue(work.waiting, work.run, lambda: work.at_once)
    yield queue
    queue.close()


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.002)


def test_the_next_starts_when_one_has_ended(queue: Queue, work: Work) -> None:
    work.add(1, 2, 3, 4)
    queue.ask(1, 2, 3, 4)
    until(lambda: len(work.running) == 2)
    assert sorted(work.started) == [1, 2]
    work.done = {2}
    until(lambda: 3 in work.started)
    work.done = {1, 2, 3, 4}
    until(lambda: not work.running and len(work.started) == 4)
    assert work.most == 2


def test_only_what_was_asked_for_here_is_run(queue: Queue, work: Work) -> None:
    work.add(1, 2)
    queue.ask(2)
    until(lambda: work.started == [2])
    assert 1 in work.entries


def test_more_run_when_more_may(queue: Queue, work: Work) -> None:
    work.add(1, 2, 3)
    queue.ask(1, 2, 3)
    work.at_once = 3
    queue.wake()
    until(lambda: len(work.running) == 3)


def test_one_that_runs_is_told_to_end_and_one_that_waits_is_not_started(queue: Queue, work: Work) -> None:
    work.at_once = 1
    work.add(1, 2)
    queue.ask(1, 2)
    until(lambda: work.running == {1})
    assert not queue.stop(2)
    assert queue.stop(1)
    assert queue.wait_for(1, PATIENCE)
    assert not queue.stop(1, cancel=True)
    assert work.stopped == {1: "pause"}
    assert work.started == [1]
    assert not queue.is_running(1)


def test_one_that_ends_and_still_waits_is_not_started_again_and_again(work: Work) -> None:
    calls: list[int] = []
    queue = Queue(lambda: [Entry(1, 1.0)], lambda id, _: calls.append(id), lambda: 2)
    queue.ask(1)
    until(lambda: not queue.is_running(1))
    queue.wake()
    assert calls == [1]
    queue.ask(1)
    until(lambda: calls == [1, 1])
    queue.close()


def test_closing_stops_all_and_starts_none(work: Work) -> None:
    queue = Queue(work.waiting, work.run, lambda: work.at_once)
    work.add(1, 2, 3)
    queue.ask(1, 2, 3)
    until(lambda: len(work.running) == 2)
    queue.close()
    assert work.stopped == {1: "pause", 2: "pause"}
    queue.ask(3)
    assert not any(thread.name.startswith("download-") for thread in threading.enumerate())
    assert 3 not in work.started
