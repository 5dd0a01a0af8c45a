"""A cache of single experts whose device goes wrong: what happened is told in a sentence, and the next answer comes
without the cache.
"""

from __future__ import annotations

import functools
import os
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any
from unittest.mock import patch

import pytest

from app.messages import localized_error
from engine.api import Delta, EngineLost, Loaded, LoadFailed, LoadRequest, ModelFacts
from engine.errors import ErrorInfo
from engine.local import health, host_process
from engine.local.client import LocalEngine
from engine.placement.plan import RAM, PlacementOptions
from tests.support.engines.recorder import Recorder, ask
from tests.support.engines.rpc_worker import Worker, rpc_worker
from tests.support.experts.cached import HandPlaced, cached_host, is_built
from tests.support.models.expert_models import LAYOUTS, expert_model

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not is_built(), reason="the plugin is not built"),
    pytest.mark.long,
]

TINY = LAYOUTS["qwen"]
ON_WORKER = HandPlaced(8, "RPC0")
STORY = "Tell me a story of the sea."
Load = Callable[..., Loaded | EngineLost]


@pytest.fixture
def worker() -> Iterator[Worker]:
    with rpc_worker() as worker:
        yield worker


@pytest.fixture
def load(told: Recorder, worker: Worker) -> Iterator[Load]:
    """Loads the tiny model with its cache where it is told to lie, in a host that `main` is the entry of."""
    engines: list[LocalEngine] = []

    def loaded(placed: HandPlaced, main: Any = cached_host) -> Loaded | EngineLost:
        engines.append(LocalEngine(told, functools.partial(main, placed=placed)))
        options = PlacementOptions(1024, workers=(worker.address,), mode="cpu")
        engines[-1].load(LoadRequest(str(expert_model("qwen")), options))
        return told.next(Loaded, EngineLost)

    loaded.engines = engines  # type: ignore[attr-defined]
    yield loaded
    for engine in engines:
        engine.close()


def engine_of(load: Load) -> LocalEngine:
    [engine] = load.engines  # type: ignore[attr-defined]
    assert isinstance(engine, LocalEngine)
    return engine


def is_cached(facts: ModelFacts | None) -> bool:
    assert facts is not None and facts.plan is not None
    return facts.plan.placement.expert_cache is not None


def notices(facts: ModelFacts | None) -> list[str]:
    assert facts is not None and facts.plan is not None
    return [notice.code for notice in facts.plan.notices]


def check_told(error: ErrorInfo | None, code: str) -> None:
    assert error is not None and error.code == code
    for language in ("en", "ko"):
        said = localized_error(error, language)  # type: ignore[arg-type]
        assert said.endswith(".") and "{" not in said


def check_goes_on(load: Load, told: Recorder, id: int) -> None:
    """The next answer comes from a model without a cache, and nobody has to load it."""
    engine = engine_of(load)
    text, end = told.answer(engine, ask(id, STORY, max_tokens=4))
    assert text and end.error is None
    assert not is_cached(engine.model) and notices(engine.model) == ["cache.without", "cache.failed_before"]
    assert not any(isinstance(event, LoadFailed) for event in told.seen)


def test_a_worker_that_died_at_rest_ends_the_next_answer_alone(
    load: Load, told: Recorder, worker: Worker
) -> None:
    loaded = load(ON_WORKER)
    assert isinstance(loaded, Loaded) and is_cached(loaded.model)
    engine = engine_of(load)
    assert told.answer(engine, ask(1, STORY, max_tokens=4))[1].error is None
    worker.kill()
    check_told(told.answer(engine, ask(2, STORY, max_tokens=4))[1].error, "worker.lost")
    check_told(told.next(EngineLost).error, "worker.lost")
    check_goes_on(load, told, 3)


def test_a_host_whose_worker_died_at_rest_ends_by_itself_and_tells_nothing(
    load: Load, told: Recorder, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_process, "CLOSE_PATIENCE", 600.0)  # before it is killed
    load(ON_WORKER)
    engine = engine_of(load)
    assert told.answer(engine, ask(1, STORY, max_tokens=4))[1].error is None
    worker.kill()
    engine.unload()
    assert engine.state == "empty"
    assert not any(isinstance(event, EngineLost) for event in told.seen)


def test_a_worker_that_falls_silent_under_a_cache_is_named(
    load: Load, told: Recorder, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(ON_WORKER)
    engine = engine_of(load)
    engine.generate(ask(1, STORY, max_tokens=400))
    told.next(Delta)
    worker.process.send_signal(signal.SIGSTOP)
    with monkeypatch.context() as patch:
        patch.setattr(health, "STALL_LIMIT", 2.0)
        lost = told.next(EngineLost)
    check_told(lost.error, "worker.lost")
    assert lost.error.params == {"address": worker.address}
    check_goes_on(load, told, 2)


def _kills_its_worker(connection: Connection, log_path: str, placed: HandPlaced, worker: int) -> None:
    """The worker, a process, is gone when the second layer is given to it."""
    from engine.local.native import expert_cache as plugin

    real, layers = plugin.add_layer, []

    def add_layer(layer: int, *rest: Any) -> bool:
        layers.append(layer)
        if len(layers) == 2:
            os.kill(worker, signal.SIGKILL)
            time.sleep(0.2)
        return real(layer, *rest)

    with patch.object(plugin, "add_layer", add_layer):
        cached_host(connection, log_path, placed)


def test_a_worker_that_dies_while_layers_are_given_to_it_is_named_and_the_model_goes_on(
    load: Load, told: Recorder, worker: Worker
) -> None:
    lost = load(ON_WORKER, functools.partial(_kills_its_worker, worker=worker.process.pid))
    assert isinstance(lost, EngineLost)
    check_told(lost.error, "worker.lost")
    check_goes_on(load, told, 1)


def _second_layer_wants(connection: Connection, log_path: str, placed: HandPlaced) -> None:
    """More memory than there is, when the first layer already has its own."""
    from engine.local.native import expert_cache as plugin

    real, layers = plugin.add_layer, []

    def add_layer(layer: int, tensors: Any, slots: int, size: int, device: str) -> bool:
        layers.append(layer)
        return real(layer, tensors, slots, size if len(layers) == 1 else 2**46, device)

    with patch.object(plugin, "add_layer", add_layer):
        cached_host(connection, log_path, placed)


@pytest.mark.parametrize("device", [RAM, "RPC0"])
@pytest.mark.parametrize("part", ["the workspace", "a later layer"])
def test_a_device_that_refuses_memory_is_told_and_the_model_is_loaded_without(
    load: Load, told: Recorder, device: str, part: str
) -> None:
    if part == "the workspace":
        loaded = load(HandPlaced(8, device, workspace=2**46))
    else:
        loaded = load(HandPlaced(8, device), _second_layer_wants)
    assert isinstance(loaded, Loaded) and not is_cached(loaded.model)
    plan = loaded.model.plan
    assert plan is not None and [notice.code for notice in plan.notices] == [
        "cache.without",
        "cache.no_memory",
    ]
    assert plan.notices[1].params == {"device": device}
    text, end = told.answer(engine_of(load), ask(1, STORY, max_tokens=4))
    assert text and end.error is None
