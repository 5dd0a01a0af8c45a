import shiboken6
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.desktop.base.slices import Slices, Step

LONG_S = 60.0


def steps(done: list[str], name: str, count: int) -> Step:
    """So many steps, each of which says its name."""
    left = [name] * count

    def step(_: float) -> bool:
        done.append(left.pop())
        return bool(left)

    return step


def test_a_slice_takes_all_steps_for_which_there_is_time_the_newest_first(qtbot: QtBot) -> None:
    owner, done = QObject(), list[str]()
    slices = Slices(owner)
    slices.add(QObject(owner), steps(done, "first", 2))
    slices.add(QObject(owner), steps(done, "second", 3))
    slices.work(LONG_S)
    assert done == ["second"] * 3 + ["first"] * 2


def test_without_time_a_slice_is_one_step_and_other_events_go_before_the_next(qtbot: QtBot) -> None:
    owner, done = QObject(), list[str]()
    slices = Slices(owner)
    slices.add(owner, steps(done, "step", 3))
    slices.work(0)
    assert done == ["step"]
    slices.work(LONG_S)
    assert done == ["step"]
    qtbot.waitUntil(lambda: done == ["step"] * 3)


def test_what_a_step_begins_is_complete_before_it_goes_on(qtbot: QtBot) -> None:
    owner, done = QObject(), list[str]()
    slices = Slices(owner)

    def begin(_: float) -> bool:
        done.append("card")
        slices.add(QObject(owner), steps(done, "row", 2))
        return done.count("card") < 2

    slices.add(owner, begin)
    qtbot.waitUntil(lambda: len(done) == 6)
    assert done == ["card", "row", "row"] * 2


def test_who_adds_again_while_working_is_not_forgotten(qtbot: QtBot) -> None:
    owner, done = QObject(), list[str]()
    slices = Slices(owner)

    def step(_: float) -> bool:
        done.append("step")
        if len(done) == 1:
            slices.add(owner, step)
        return False

    slices.add(owner, step)
    slices.work(LONG_S)
    assert done == ["step"] * 2


def test_nothing_is_done_for_an_owner_that_is_gone(qtbot: QtBot) -> None:
    owner, gone, done = QObject(), QObject(), list[str]()
    slices = Slices(owner)
    slices.add(owner, steps(done, "stays", 1))
    slices.add(gone, steps(done, "gone", 1))
    shiboken6.delete(gone)
    slices.work(LONG_S)
    assert done == ["stays"]
