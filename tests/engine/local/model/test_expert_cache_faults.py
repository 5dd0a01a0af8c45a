"""Whatever is wrong with a cache of single experts, the model answers without it, and one sentence says why."""

from __future__ import annotations

import _ctypes
import functools
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
import pytest

from app.messages import localized_error
from engine.api import Delta, EngineLost, Loaded, LoadFailed, LoadRequest, ModelFacts
from engine.errors import ErrorInfo
from engine.expert_cache.library import NOTE, plugin_folder, plugin_name
from engine.local.client import LocalEngine
from engine.local.isolated_call import Report, ask
from engine.placement.plan import RAM, PlacementOptions
from tests.support.engines import recorder
from tests.support.engines.recorder import Recorder
from tests.support.engines.rpc_worker import rpc_worker
from tests.support.experts.cached import HandPlaced, cached_host, cached_session, is_built
from tests.support.models.expert_models import LAYOUTS, expert_model
from tests.support.models.moe import moe_model

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not is_built(), reason="the plugin is not built"),
    pytest.mark.long,
]

STORY = "Tell me a very long story about the sea."
TINY = LAYOUTS["qwen"]


class Opened(msgspec.Struct, frozen=True, tag="opened"):
    """What a plan says of its cache after a load, and a token or so that was answered."""

    cached: bool
    mode: str
    notices: list[ErrorInfo]


class _Once:
    """Fails the first call with a value; all others are the real thing's."""

    def __init__(self, real: Any, value: Any) -> None:
        self._real, self._value, self.called = real, value, False

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        if not self.called:
            self.called = True
            return self._value
        return self._real(*arguments, **options)


def _open(_: Report, fault: str, folder: str, options: dict[str, Any]) -> Opened:
    from engine.local import native
    from engine.local.measure import speed
    from engine.local.native import expert_cache as plugin

    session = None
    with ExitStack() as stack:
        if folder:
            stack.enter_context(patch("engine.expert_cache.library.plugin_folder", lambda: Path(folder)))
        if fault == "no context":
            stack.enter_context(patch.object(native, "new_context", _Once(native.new_context, 0)))
        if fault == "no token":
            stack.enter_context(patch.object(native, "decode", _Once(native.decode, -3)))
        if fault in ("a layer", "all layers"):
            refuses = _Once(plugin.add_layer, False) if fault == "a layer" else lambda *_: False
            stack.enter_context(patch.object(plugin, "add_layer", refuses))
        if fault == "no function":
            stack.enter_context(patch.object(plugin, "activate_cache", _missing_function))
        session = cached_session(expert_model("qwen"), **({"slots": 8} | options))
    try:
        speed.warm_up(session, lambda: None)
        plan = session.facts.plan
        assert plan is not None and (plan.placement.expert_cache is None) == (session.caching is None)
        # A cache that was given up takes part in nothing, and what it was opened for can be opened again.
        if session.caching is None and not folder:
            plugin.open_cache(RAM, plugin.CacheSettings(2**20, 4, TINY.used, _policy()))
            plugin.close_cache()
        return Opened(session.caching is not None, plan.mode, list(plan.notices))
    finally:
        session.close()


def _policy() -> Any:
    from tests.support.experts.expert_policy import LRU

    return LRU


def _missing_function(_: str) -> None:
    from engine.local.native.expert_cache import _call

    _call("no_such_function")


def opened(fault: str = "", folder: Path | str = "", **options: object) -> Opened:
    return ask(_open, (fault, str(folder), options), Opened)


def check_without(found: Opened, code: str) -> ErrorInfo:
    """The model runs without a cache, and says so with the reason."""
    assert not found.cached and found.mode == "cpu"
    assert [notice.code for notice in found.notices] == ["cache.without", code]
    for notice in found.notices:
        for language in ("en", "ko"):
            said = localized_error(notice, language)  # type: ignore[arg-type]
            assert said.endswith(".") and "{" not in said
    return found.notices[1]


def test_without_a_fault_there_is_a_cache_and_nothing_to_say() -> None:
    assert opened() == Opened(True, "cached", [])


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"granted": 0.5}, "cache.too_small"),
        ({"slots": TINY.used - 1}, "cache.too_small"),
        ({"device": "CUDA9"}, "cache.no_device"),
        ({"workspace": 2**46}, "cache.no_memory"),
        ({"workspace": 16}, "cache.not_supported"),
    ],
)
def test_a_grant_that_cannot_be_had_or_is_too_small_is_told(options: dict[str, object], code: str) -> None:
    check_without(opened(**options), code)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("no context", "engine.context_memory"),
        ("no token", "cache.not_loaded"),
        ("no function", "cache.not_loaded"),
    ],
)
def test_a_load_that_fails_half_way_is_done_again_without(fault: str, code: str, tmp_path: Path) -> None:
    check_without(opened(fault, calibrations=str(tmp_path)), code)
    kept = [path for path in tmp_path.iterdir() if not path.name.startswith("dry-runs-")]
    assert kept == [], "what a cache that never served held is not kept"


def test_layers_that_the_device_cannot_multiply_stay_where_they_are() -> None:
    some = opened("a layer")
    assert some.cached and [notice.code for notice in some.notices] == ["cache.partly"]
    assert some.notices[0].params == {"device": RAM, "count": 1, "layers": len(TINY.layers)}
    none = check_without(opened("all layers"), "cache.not_supported")
    assert none.params == {"device": RAM}


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A copy of the plugin's folder."""
    shutil.copytree(plugin_folder(), tmp_path / "coterie")
    return tmp_path / "coterie"


def test_a_plugin_of_another_build_is_not_used(plugin: Path) -> None:
    note = msgspec.json.decode((plugin / NOTE).read_bytes())
    (plugin / NOTE).write_bytes(msgspec.json.encode(note | {"build": "another"}))
    check_without(opened(folder=plugin), "cache.other_build")
    (plugin / NOTE).write_bytes(msgspec.json.encode(note | {"library": "0.0.1"}))
    check_without(opened(folder=plugin), "cache.other_build")


def test_a_plugin_that_is_not_there_or_no_library_is_told(plugin: Path, tmp_path: Path) -> None:
    check_without(opened(folder=tmp_path / "nowhere"), "cache.not_built")
    (plugin / plugin_name()).write_bytes(b"\x7fELF")
    check_without(opened(folder=plugin), "cache.not_loaded")
    shutil.copyfile(_ctypes.__file__, plugin / plugin_name())  # a library, but of something else
    check_without(opened(folder=plugin), "cache.not_loaded")


@pytest.fixture
def cached_engine(told: Recorder) -> Iterator[LocalEngine]:
    engine = LocalEngine(told, functools.partial(cached_host, placed=HandPlaced(4)))
    yield engine
    engine.close()


def is_cached(facts: ModelFacts | None) -> bool:
    assert facts is not None and facts.plan is not None
    return facts.plan.placement.expert_cache is not None


def test_a_host_that_crashed_with_a_cache_comes_back_without_until_it_is_loaded_again(
    cached_engine: LocalEngine, told: Recorder
) -> None:
    request = LoadRequest(str(moe_model()), PlacementOptions(512))
    cached_engine.load(request)
    assert is_cached(told.next(Loaded).model)
    recorder.die_in_an_answer(cached_engine, told, recorder.ask(1, STORY))
    assert told.next(EngineLost).error.code == "engine.killed"
    text, end = told.answer(cached_engine, recorder.ask(2, "Say hello.", max_tokens=4))
    assert end.error is None and text
    assert cached_engine.model is not None and cached_engine.model.plan is not None
    assert not is_cached(cached_engine.model)
    told_why = [notice.code for notice in cached_engine.model.plan.notices]
    assert told_why == ["cache.without", "cache.failed_before"]
    cached_engine.load(request)
    assert is_cached(told.next(Loaded).model)


def test_a_host_that_dies_while_it_opens_a_cache_is_followed_by_one_without(told: Recorder) -> None:
    engine = LocalEngine(told, _dies_opening)
    engine.load(LoadRequest(str(expert_model("qwen")), PlacementOptions(512)))
    assert told.next(EngineLost, Loaded).error.code == "engine.aborted"  # type: ignore[union-attr]
    _, end = told.answer(engine, recorder.ask(1, "Say hello.", max_tokens=2))
    assert end.error is None and not is_cached(engine.model)
    engine.close()


def _dies_opening(connection: Any, log_path: str) -> None:
    with patch("engine.local.native.expert_cache.load_plugin", os.abort):
        cached_host(connection, log_path, HandPlaced(4))


def test_a_worker_that_dies_under_a_cache_is_told_and_the_next_answer_comes_without_both(
    engine: LocalEngine, told: Recorder
) -> None:
    with rpc_worker() as worker:
        options = PlacementOptions(
            512, workers=(worker.address,), budgets={"RPC0": 350_000_000}, mode="cached"
        )
        engine.load(LoadRequest(str(moe_model()), options))
        assert is_cached(told.next(Loaded).model)
        engine.generate(recorder.ask(1, STORY))
        told.next(Delta)
        worker.kill()
        text, end = told.finish(1)
        assert end.error is not None and end.error.code == "worker.lost"
        assert end.error.params == {"address": worker.address}
        assert told.next(EngineLost).error.code == "worker.lost"
    going_on = recorder.ask(2, STORY, text or "Once", continue_last=True, max_tokens=4)
    rest, end = told.answer(engine, going_on)
    assert end.error is None and rest
    assert engine.model is not None and not is_cached(engine.model)
    assert engine.model.machine is not None and engine.model.machine.devices == ()
    assert not any(isinstance(event, LoadFailed) for event in told.seen)
