"""A host whose experts stay in the file, killed by a person or for its memory: the next one reads from the disk too,
for the page cache would read several times as much."""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from engine.api import EngineLost, Loaded, LoadRequest, ModelFacts
from engine.local import health
from engine.local.client import LocalEngine
from engine.local.measure.memory_limit import memory_limit
from engine.placement.plan import RAM, PlacementOptions
from tests.support.engines import recorder
from tests.support.engines.recorder import Recorder
from tests.support.experts.cached import is_built
from tests.support.models.moe import moe_model
from tests.support.soak import floor_trouble as trouble

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not is_built(), reason="the plugin is not built"),
    pytest.mark.skipif(sys.platform == "win32", reason="hosts are killed"),
    pytest.mark.long,
]

BUDGET = 335_000_000  # three quarters of the file
OPTIONS = PlacementOptions(512, budgets={RAM: BUDGET})


def slots(facts: ModelFacts | None) -> int:
    """Bytes of slots in RAM, of a model whose experts stay in the file."""
    assert facts is not None and facts.plan is not None and facts.plan.mode == "disk"
    assert facts.plan.placement.expert_cache is not None
    return facts.plan.placement.expert_cache.slots


def notices(facts: ModelFacts | None) -> list[str]:
    assert facts is not None and facts.plan is not None
    return [notice.code for notice in facts.plan.notices]


@pytest.mark.parametrize("killed", [7, 8], ids=["by a person", "for its memory"])
def test_a_killed_host_comes_back_from_the_disk_and_with_fewer_slots_if_memory_ran_out(
    engine: LocalEngine, told: Recorder, killed: int
) -> None:
    with patch.object(health, "kills_for_memory", side_effect=[7, killed, killed]):
        engine.load(LoadRequest(str(moe_model()), OPTIONS))
        before = told.next(Loaded).model
        recorder.die_in_an_answer(engine, told, recorder.ask(1, "Tell me a very long story about the sea."))
        assert told.next(EngineLost).error.code == "engine.killed"
        text, end = told.answer(engine, recorder.ask(2, "Say hello.", max_tokens=2))
    assert end.error is None and text
    assert set(notices(engine.model)) - set(notices(before)) == (
        {"plan.conceded_slots"} if killed > 7 else set()
    )
    assert (slots(engine.model) < slots(before)) == (killed > 7)


def test_a_host_that_the_kernel_killed_for_its_memory_comes_back_with_fewer_slots(
    told: Recorder, tmp_path: Path
) -> None:
    """What it was promised was more than there is, as when other programs took it meanwhile."""
    with memory_limit(BUDGET // 3) as little:
        if not little.folder:
            pytest.skip("no group may be made")
        trouble.choose(tmp_path, trouble.Limits(little))
        engine = LocalEngine(told, functools.partial(trouble.limited_host, folder=str(tmp_path)))
        try:
            engine.load(LoadRequest(str(moe_model()), OPTIONS))
            first = told.next(EngineLost, Loaded)
            if isinstance(first, Loaded):
                _, end = told.answer(engine, recorder.ask(1, "Tell me a story about the sea.", max_tokens=99))
                assert end.error is not None
                first = told.next(EngineLost)
            assert isinstance(first, EngineLost) and first.error.code == "engine.killed"
            trouble.choose(tmp_path, trouble.Limits())
            text, end = told.answer(engine, recorder.ask(2, "Say hello.", max_tokens=2))
            assert end.error is None and text
            assert slots(engine.model) > 0 and "plan.conceded_slots" in notices(engine.model)
        finally:
            engine.close()
