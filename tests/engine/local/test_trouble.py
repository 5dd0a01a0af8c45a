"""Calls that meet each other, mistakes of our own, and a machine that gives nothing."""

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.api import Delta, EngineLost, Event, Finished, Loaded, LoadFailed, LoadRequest
from engine.errors import UserError
from engine.local.client import LocalEngine
from engine.placement.plan import PlacementOptions
from tests.support.engines import faulty_host
from tests.support.engines.recorder import Recorder, ask
from tests.support.models.starter import starter_model

pytestmark = [pytest.mark.model, pytest.mark.long]

STORY = "Tell me a very long story about the sea."


def at_once(*calls: Callable[[], None]) -> None:
    """Run the calls in threads that start together."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], None]) -> None:
        barrier.wait()
        call()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    assert not any(thread.is_alive() for thread in threads)


def test_loads_that_meet_leave_one_host_and_closing_leaves_none() -> None:
    told = Recorder()
    engine = LocalEngine(told, faulty_host.deaf)
    at_once(*(lambda n=n: engine.load(LoadRequest(f"model {n}")) for n in range(4)))  # type: ignore[misc]
    told.next(Loaded)
    engine.generate(ask(1, "Hello"))
    told.next(Delta)
    engine.close()  # the test's own leak check finds a host that was forgotten
    assert told.next(Finished).reason == "cancelled"


def test_an_answer_asked_for_while_another_model_comes_waits_for_that_model() -> None:
    told = Recorder()
    engine = LocalEngine(told, faulty_host.garbage)
    engine.load(LoadRequest("first"))
    told.next(Loaded)
    ids = range(1, 5)
    calls = [lambda id=id: engine.generate(ask(id, "Hello")) for id in ids]  # type: ignore[misc]
    at_once(lambda: engine.load(LoadRequest("second")), *calls)
    ended = {told.next(Finished).id for _ in ids}
    assert ended == set(ids)
    engine.close()


def test_a_host_that_wants_another_start_is_replaced_with_what_waits_for_it() -> None:
    told = Recorder()
    engine = LocalEngine(told, faulty_host.wants_another_start)
    engine.load(LoadRequest("any"))
    engine.generate(ask(1, "Hello"))
    told.next(Loaded)
    assert told.next(Delta).id == 1
    engine.close()
    assert not any(isinstance(event, EngineLost) for event in told.seen)


def test_closing_meets_a_host_that_wants_another_start() -> None:
    told = Recorder()
    engine = LocalEngine(told, faulty_host.wants_another_start)
    engine.load(LoadRequest("any"))
    engine.close()  # the test's own leak check finds a host that was forgotten
    assert engine.state == "closed"


def test_nothing_is_started_after_closing() -> None:
    engine = LocalEngine(Recorder(), faulty_host.deaf)
    engine.close()
    with pytest.raises(UserError):
        engine.load(LoadRequest("any"))
    assert (engine.state, engine.host_pid) == ("closed", None)


def test_stopping_an_answer_that_has_ended_does_not_stop_its_continuation() -> None:
    told = Recorder()
    engine = LocalEngine(told)
    engine.load(LoadRequest(str(starter_model()), PlacementOptions(512)))
    start, _ = told.answer(engine, ask(1, STORY, max_tokens=4))
    engine.abort(1)
    rest, end = told.answer(engine, ask(1, STORY, start, continue_last=True, max_tokens=4))
    assert (end.reason, end.usage.completion_tokens) == ("length", 4) and rest
    engine.close()


def test_closing_does_not_work_off_what_waits() -> None:
    told = Recorder()
    engine = LocalEngine(told)
    engine.load(LoadRequest(str(starter_model()), PlacementOptions(2048)))
    for id in range(1, 5):
        engine.generate(ask(id, STORY))
    told.next(Delta)
    engine.close()
    assert [told.next(Finished).reason for _ in range(4)] == ["cancelled"] * 4


def test_a_listener_that_fails_is_reported_and_the_engine_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    told, reported = Recorder(), []
    monkeypatch.setattr(threading, "excepthook", lambda args: reported.append(args.exc_value))

    def listener(events: list[Event]) -> None:
        told(events)
        if any(isinstance(event, Loaded) for event in events):
            raise ValueError("a mistake")

    engine = LocalEngine(listener)
    engine.load(LoadRequest(str(starter_model()), PlacementOptions(512)))
    told.next(Loaded)
    assert told.answer(engine, ask(1, "Hi", max_tokens=2))[1].reason == "length"
    engine.close()
    assert [str(error) for error in reported] == ["a mistake"]


def test_a_mistake_of_ours_in_an_answer_is_told_and_the_host_answers_the_next() -> None:
    told = Recorder()
    engine = LocalEngine(told, faulty_host.mistaken)
    engine.load(LoadRequest(str(starter_model()), PlacementOptions(512)))
    told.next(Loaded)
    pid = engine.host_pid
    _, end = told.answer(engine, ask(1, "Fail"))
    assert end.error is not None and end.error.code == "engine.answer_failed"
    assert end.error.params == {"detail": "ZeroDivisionError: a mistake"}
    assert told.answer(engine, ask(2, "Hi", max_tokens=2))[1].reason == "length"
    assert engine.host_pid == pid
    engine.close()


@pytest.mark.parametrize(
    ("main", "code"),
    [
        (faulty_host.mistaken_load, "engine.load_failed"),
        (faulty_host.without_library, "engine.library_failed"),
    ],
)
def test_a_load_that_fails_for_an_unforeseen_reason_is_told_like_any_other(
    main: Callable[..., None], code: str
) -> None:
    told = Recorder()
    engine = LocalEngine(told, main)
    engine.load(LoadRequest(str(starter_model()), PlacementOptions(512)))
    error = told.next(LoadFailed).error
    assert error.code == code and error.params["detail"]
    assert engine.state == "empty"
    engine.close()


def test_without_a_temporary_folder_the_reason_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine = LocalEngine(Recorder(), faulty_host.deaf)
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
        with pytest.raises(UserError) as caught:
            engine.load(LoadRequest("any"))
    assert caught.value.code == "engine.not_started"
    assert engine.state == "empty"
    engine.close()
