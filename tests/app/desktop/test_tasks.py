from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot

from app.desktop import tasks
from app.desktop.tasks import run_in_background

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
