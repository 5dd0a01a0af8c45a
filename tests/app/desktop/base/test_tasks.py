from __future__ import annotations

import threading
import time

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot

from app.desktop.base import tasks
from app.desktop.base.daemon_pool import PatientThreads
from app.desktop.base.tasks import Task, run_in_background, stream_in_background

pytestmark = pytest.mark.usefixtures("looks")


def test_a_result_comes_back_in_the_gui_thread(qtbot: QtBot) -> None:
    found: list[tuple[bool, bool]] = []
    main = threading.main_thread()
    run_in_background(
        lambda: threading.current_thread() is main,
        lambda worked_here: found.append((worked_here, threading.current_thread() is main)),
    )
    qtbot.waitUntil(lambda: bool(found))
    assert found == [(False, True)]


def test_an_error_comes_back_as_an_error(qtbot: QtBot) -> None:
    errors: list[Exception] = []
    run_in_background(lambda: 1 / 0, None, errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], ZeroDivisionError)


def test_database_work_keeps_its_order(qtbot: QtBot) -> None:
    done: list[int] = []
    for number in range(20):
        run_in_background(lambda number=number: number, done.append)
    qtbot.waitUntil(lambda: len(done) == 20)
    assert done == list(range(20))


def test_nothing_is_delivered_to_a_deleted_owner(qtbot: QtBot) -> None:
    owner = QObject()
    go = threading.Event()
    delivered: list[bool] = []
    run_in_background(go.wait, delivered.append, owner=owner)
    owner.deleteLater()
    QCoreApplication.sendPostedEvents(owner, QEvent.Type.DeferredDelete)
    go.set()
    later: list[bool] = []
    run_in_background(lambda: True, later.append)
    qtbot.waitUntil(lambda: bool(later))
    assert delivered == []


def test_a_cancelled_task_delivers_nothing(qtbot: QtBot) -> None:
    go = threading.Event()
    delivered: list[bool] = []
    task = run_in_background(go.wait, delivered.append)
    task.cancel()
    go.set()
    later: list[bool] = []
    run_in_background(lambda: True, later.append)
    qtbot.waitUntil(lambda: bool(later))
    assert delivered == []


def test_shutdown_does_the_database_work_that_is_queued(qtbot: QtBot) -> None:
    done: list[int] = []
    for number in range(5):
        run_in_background(lambda number=number: done.append(number))
    tasks.shutdown()
    assert done == list(range(5))


def test_work_cannot_be_started_from_another_thread(qtbot: QtBot) -> None:
    raised: list[BaseException] = []

    def start() -> None:
        with pytest.raises(RuntimeError) as error:
            run_in_background(lambda: None)
        raised.append(error.value)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert raised


def test_what_is_found_on_the_way_comes_one_by_one_and_in_order(qtbot: QtBot) -> None:
    found: list[object] = []

    def work(task: Task) -> str:
        for number in range(5):
            task.tell(number)
        return "end"

    stream_in_background(work, found.append, found.append)
    qtbot.waitUntil(lambda: len(found) == 6)
    assert found == [0, 1, 2, 3, 4, "end"]


def test_a_cancelled_stream_ends_and_delivers_nothing_more(qtbot: QtBot) -> None:
    found: list[object] = []
    ended = threading.Event()

    def work(task: Task) -> None:
        task.tell("first")
        while task.keep_going():
            time.sleep(0.002)
        task.tell("late")
        ended.set()

    task = stream_in_background(work, found.append, found.append)
    qtbot.waitUntil(lambda: found == ["first"])
    task.cancel()
    assert ended.wait(30)
    qtbot.wait(20)
    assert found == ["first"]


def test_work_that_waits_is_woken_when_it_is_cancelled(qtbot: QtBot) -> None:
    woken = threading.Event()
    begun = threading.Event()

    def work(task: Task) -> None:
        task.when_cancelled(woken.set)
        begun.set()
        woken.wait(120)

    task = stream_in_background(work, lambda _: None)
    assert begun.wait(30)
    task.cancel()
    assert woken.wait(30)


def test_shutdown_ends_streams_that_ask(qtbot: QtBot) -> None:
    begun = threading.Event()

    def work(task: Task) -> None:
        begun.set()
        while task.keep_going():
            time.sleep(0.002)

    stream_in_background(work, lambda _: None, executor="search")
    assert begun.wait(30)
    tasks.shutdown()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("search")]


def test_what_hangs_is_left_behind_after_a_moment(qtbot: QtBot) -> None:
    hung, waited = threading.Event(), []
    run_in_background(lambda: waited.append(hung.wait(120)), executor="net")
    tasks.shutdown()
    assert not waited
    hung.set()


def test_a_slow_hub_holds_up_no_other_work(qtbot: QtBot) -> None:
    hung, done = threading.Event(), []
    for _ in range(10):
        run_in_background(lambda: hung.wait(120), executor="search")
    for executor in ("db", "io", "net", "files"):
        run_in_background(lambda: True, done.append, executor=executor)
    qtbot.waitUntil(lambda: len(done) == 4)
    hung.set()


def test_patient_threads_start_as_they_are_needed_and_pass_errors_on() -> None:
    threads = PatientThreads(3, "some")
    assert threads.submit(lambda: 7).result(60) == 7
    with pytest.raises(ZeroDivisionError):
        threads.submit(lambda: 1 / 0).result(60)
    go = threading.Event()
    waiting = [threads.submit(lambda: go.wait(60)) for _ in range(8)]
    assert len([thread for thread in threading.enumerate() if thread.name.startswith("some-")]) == 3
    assert waiting[-1].cancel()
    go.set()
    assert waiting[0].result(60)
    threads.shutdown()
    assert threads.submit(lambda: 1).cancelled()
