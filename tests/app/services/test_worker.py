"""Work in the background: the order of what is put, and what becomes of it when the worker is closed."""

from __future__ import annotations

import threading
import time

import pytest

from app.services.worker import Worker

PATIENCE = 60


def test_items_are_worked_on_in_their_order_also_those_put_before_it_begins() -> None:
    done: list[int] = []
    last = threading.Event()

    def work(item: int) -> None:
        done.append(item)
        if item == 3:
            last.set()

    worker = Worker("test", work)
    worker.put(1)
    worker.begin()
    worker.put(2)
    worker.put(3)
    assert last.wait(PATIENCE)
    worker.close()
    assert done == [1, 2, 3]


def test_close_waits_for_the_item_at_work_and_drops_the_rest() -> None:
    done: list[int] = []
    begun = threading.Event()

    def work(item: int) -> None:
        begun.set()
        while not worker.closed:
            time.sleep(0.001)
        done.append(item)

    worker = Worker("test", work)
    worker.begin()
    worker.put(1)
    worker.put(2)
    assert begun.wait(PATIENCE)
    worker.close()
    worker.put(3)
    assert done == [1]


def test_one_that_never_began_can_be_closed() -> None:
    Worker("test", print).close()


def test_what_nobody_thought_of_is_told_and_the_next_item_is_worked_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: told.append(args.exc_type))
    last = threading.Event()

    def work(item: int) -> None:
        if item == 1:
            raise KeyError(item)
        last.set()

    worker = Worker("test", work)
    worker.begin()
    worker.put(1)
    worker.put(2)
    assert last.wait(PATIENCE)
    worker.close()
    assert told == [KeyError]
