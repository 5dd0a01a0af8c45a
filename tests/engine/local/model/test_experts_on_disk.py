"""A model whose experts stay in the file, in the engine: it answers as one that is loaded whole, says what it reads,
and a file that changes ends an answer and nothing else."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.messages import localized_error
from engine.activity import CacheActivity
from engine.api import Loaded, LoadRequest
from engine.local.client import LocalEngine
from engine.placement.plan import DISK, RAM, PlacementOptions
from tests.support.engines import recorder
from tests.support.engines.recorder import Recorder
from tests.support.engines.rpc_worker import rpc_worker
from tests.support.experts.cached import HandPlaced, cached_host, is_built
from tests.support.models.expert_models import LAYOUTS, expert_model

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not is_built(), reason="the plugin is not built"),
]

TINY = LAYOUTS["qwen"]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(expert_model("qwen", "Q8_0").read_bytes())
    return path


@pytest.fixture
def from_disk(told: Recorder) -> Iterator[LocalEngine]:
    placed = HandPlaced(TINY.used, source=DISK, tokens=64)
    engine = LocalEngine(told, functools.partial(cached_host, placed=placed))
    yield engine
    engine.close()


def loaded(engine: LocalEngine, told: Recorder, path: Path) -> Loaded:
    engine.load(LoadRequest(str(path), PlacementOptions(512).without_repack()))
    return told.next(Loaded)


def test_it_answers_as_a_model_that_is_loaded_whole(
    engine: LocalEngine, from_disk: LocalEngine, told: Recorder, model: Path
) -> None:
    asked = recorder.ask(1, "Tell me a story about the sea.", max_tokens=40)
    found = loaded(from_disk, told, model)
    weights, plan = found.model.weights, found.model.plan
    assert weights is not None and plan is not None and not weights.misplaced
    experts = sum(size for size in weights.expert_bytes.values())
    slots = plan.placement.expert_cache.slots  # type: ignore[union-attr]
    assert weights.expert_bytes.keys() <= {RAM} and slots <= experts < slots + 2**16
    text, end = told.answer(from_disk, asked)
    assert end.error is None
    read = sum(event.disk_bytes for event in told.seen if isinstance(event, CacheActivity))
    assert read or told.next(CacheActivity).disk_bytes
    loaded(engine, told, model)
    assert told.answer(engine, asked)[0] == text


def test_a_file_that_changes_ends_the_answer_and_the_model_lives_on(
    from_disk: LocalEngine, told: Recorder, model: Path
) -> None:
    loaded(from_disk, told, model)
    asked = functools.partial(recorder.ask, max_tokens=20)
    text, end = told.answer(from_disk, asked(1, "Tell me a story."))
    assert end.error is None and text
    state, whole = model.stat(), model.read_bytes()
    os.truncate(model, len(whole) // 2)
    _, end = told.answer(from_disk, asked(2, "Tell me another one, of a ship."))
    assert end.error is not None and end.error.code == "disk.changed"
    for language in ("en", "ko"):
        assert str(model) in localized_error(end.error, language)  # type: ignore[arg-type]
    model.write_bytes(whole)
    os.utime(model, ns=(state.st_atime_ns, state.st_mtime_ns))
    again, end = told.answer(from_disk, asked(3, "Tell me a story."))
    assert end.error is None and again == text


def test_a_card_with_slots_above_ram_says_the_same_and_is_warm_at_the_next_load(
    engine: LocalEngine, told: Recorder, model: Path, tmp_path: Path
) -> None:
    """A worker in the card's place."""
    placed = HandPlaced(TINY.used, source=DISK, tokens=64, above=TINY.used + 2)
    above = LocalEngine(told, functools.partial(cached_host, placed=placed))
    with rpc_worker() as worker:
        options = PlacementOptions(512, workers=(worker.address,), mode="resident")
        request = LoadRequest(str(model), options, calibrations=str(tmp_path))
        asked = recorder.ask(1, "Tell me a story about the sea.", max_tokens=40)
        try:
            above.load(request)
            found = told.next(Loaded).model
            assert found.weights is not None
            assert found.weights.expert_bytes["RPC0"] > found.weights.expert_bytes[RAM] > 0
            text, end = told.answer(above, asked)
            assert end.error is None
            told.next(CacheActivity)
            [*_, last] = [event for event in told.seen if isinstance(event, CacheActivity)]
            assert sum(event.above_hits for event in told.seen if isinstance(event, CacheActivity)) > 0
            above.unload()
            told.seen.clear()
            above.load(request)
            warm = told.next(CacheActivity)
            for before, after in zip(last.warm_experts, warm.warm_experts, strict=True):
                assert len(set(after) - set(before)) <= TINY.used  # of the token that a load computes
        finally:
            above.close()
    loaded(engine, told, model)
    assert told.answer(engine, asked)[0] == text
