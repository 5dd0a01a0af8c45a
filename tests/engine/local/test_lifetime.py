"""How hosts start, load, die and come back."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

from engine.api import (
    Delta,
    EngineLost,
    Finished,
    Loaded,
    LoadFailed,
    LoadProgress,
    LoadRequest,
)
from engine.errors import UserError
from engine.local import health
from engine.local.client import LocalEngine
from engine.placement.plan import PlacementOptions
from tests.support.engines import faulty_host
from tests.support.engines.recorder import Recorder, ask, die_in_an_answer
from tests.support.models.starter import starter_model

pytestmark = [pytest.mark.model, pytest.mark.long]

STORY = "Tell me a very long story about the sea."


def load(engine: LocalEngine, told: Recorder) -> None:
    engine.load(LoadRequest(str(starter_model()), PlacementOptions(2048)))
    told.next(Loaded)


def test_loading_tells_its_progress_and_what_was_loaded(engine: LocalEngine, told: Recorder) -> None:
    engine.load(LoadRequest(str(starter_model()), PlacementOptions(1024)))
    facts = told.next(Loaded).model
    fractions = [event.fraction for event in told.seen if isinstance(event, LoadProgress)]
    assert fractions == sorted(fractions)
    assert (facts.architecture, facts.context, facts.trained_context) == ("llama", 1024, 8192)
    assert facts.graph_splits == (1, 1), "all of it is computed by the processor"
    assert engine.state == "ready" and engine.model == facts


def test_unloading_ends_the_host_and_what_it_wrote_and_the_next_load_is_as_the_first(
    engine: LocalEngine, told: Recorder
) -> None:
    load(engine, told)
    engine.generate(ask(1, STORY))
    told.next(Delta)
    engine.unload()
    assert (engine.state, engine.host_pid, engine.model) == ("empty", None, None)
    assert told.finish(1)[1].reason == "cancelled"
    with pytest.raises(UserError) as caught:
        engine.generate(ask(2, "Hello"))
    assert caught.value.code == "engine.no_model"
    engine.unload()
    load(engine, told)
    assert not any(isinstance(event, EngineLost | LoadFailed) for event in told.seen)
    engine.close()
    engine.unload()
    assert engine.state == "closed"


def test_a_context_longer_than_the_model_was_trained_for_is_refused(
    engine: LocalEngine, told: Recorder
) -> None:
    engine.load(LoadRequest(str(starter_model()), PlacementOptions(100_000)))
    error = told.next(LoadFailed).error
    assert (error.code, error.params) == ("engine.context_too_long", {"asked": 100_000, "trained": 8192})


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGKILL, "engine.killed"),
        (signal.SIGSEGV, "engine.crashed"),
        (signal.SIGABRT, "engine.aborted"),
    ],
)
def test_a_host_that_dies_in_an_answer_is_told_as_such_and_comes_back_with_the_next(
    engine: LocalEngine, told: Recorder, number: signal.Signals, code: str
) -> None:
    load(engine, told)
    die_in_an_answer(engine, told, ask(1, STORY), number)
    end = told.next(Finished)
    assert end.error is not None and end.error.code == code
    assert told.next(EngineLost).error.code == code
    assert engine.state == "lost"
    text, end = told.answer(engine, ask(2, "Say hello.", max_tokens=8))
    assert end.error is None and text


def test_a_host_that_stops_answering_is_ended_and_told(
    engine: LocalEngine, told: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(engine, told)
    engine.generate(ask(1, STORY))
    told.next(Delta)
    pid = engine.host_pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr(health, "SILENCE_LIMIT", 2.0)
    assert told.next(EngineLost).error.code == "engine.not_answering"
    assert not psutil.pid_exists(pid)


def test_three_deaths_in_ten_minutes_stop_the_restarts_until_a_person_loads_again(
    engine: LocalEngine, told: Recorder
) -> None:
    load(engine, told)
    for id in range(3):
        die_in_an_answer(engine, told, ask(id, STORY))
        told.next(EngineLost)
    with pytest.raises(UserError) as caught:
        engine.generate(ask(9, STORY))
    assert caught.value.code == "engine.crashes_too_often"
    load(engine, told)
    assert told.answer(engine, ask(10, "Hi", max_tokens=2))[1].error is None


def test_garbage_on_the_pipe_ends_the_host_and_keeps_the_text(told: Recorder) -> None:
    engine = LocalEngine(told, faulty_host.garbage)
    engine.load(LoadRequest("any"))
    told.next(Loaded)
    text, end = told.answer(engine, ask(1, "Hello"))
    assert text == "half an"
    assert end.error is not None and end.error.code == "engine.garbage"
    assert told.next(EngineLost).error.code == "engine.garbage"
    engine.close()


def test_a_deaf_host_is_ended_and_told(told: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = LocalEngine(told, faulty_host.deaf)
    engine.load(LoadRequest("any"))
    told.next(Loaded)
    monkeypatch.setattr(health, "SILENCE_LIMIT", 2.0)
    monkeypatch.setattr(health, "START_PATIENCE", 5.0)
    engine.generate(ask(1, "Hello"))
    assert told.next(EngineLost).error.code == "engine.not_answering"
    engine.close()


def test_a_host_that_dies_at_once_leaves_its_last_words(told: Recorder) -> None:
    engine = LocalEngine(told, faulty_host.dies_at_once)
    engine.load(LoadRequest("any"))
    lost = told.next(EngineLost)
    assert lost.error.params == {"how": "exit 3"}
    assert lost.log_tail == ("last words",)
    engine.close()


def test_a_host_whose_parent_was_killed_exits_by_itself() -> None:
    command = [sys.executable, "-m", "tests.support.engines.answering_parent", str(starter_model())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        host = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    host.wait(timeout=300)


def test_closing_in_the_middle_of_an_answer_ends_it_and_the_process(told: Recorder) -> None:
    engine = LocalEngine(told)
    load(engine, told)
    engine.generate(ask(1, STORY))
    told.next(Delta)
    pid = engine.host_pid
    engine.close()
    assert told.next(Finished).reason == "cancelled"
    assert pid is not None and not psutil.pid_exists(pid)
    assert engine.state == "closed"


def test_another_model_replaces_the_first(engine: LocalEngine, told: Recorder) -> None:
    load(engine, told)
    first = engine.host_pid
    engine.load(LoadRequest(str(starter_model()), PlacementOptions(512)))
    assert told.next(Loaded).model.context == 512
    assert engine.host_pid != first
