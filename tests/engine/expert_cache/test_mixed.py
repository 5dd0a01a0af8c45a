"""Layers whole on a device beside others of which it keeps single experts: the text is that of whole layers alone."""

from __future__ import annotations

import pytest

from engine.placement.plan import Mode, PlacementOptions, Plan
from tests.support.computing.greedy_texts import Written, planned
from tests.support.engines.rpc_worker import Worker
from tests.support.experts.cached import is_built
from tests.support.models.expert_models import LAYOUTS, expert_model
from tests.support.other_process import OtherProcess

pytestmark = pytest.mark.skipif(not is_built(), reason="set-up did not build the plugin")

MB = 10**6
LENGTH = 24


@pytest.mark.parametrize("conversations", [1, 2])
def test_what_is_written_is_what_whole_layers_write(
    conversations: int, child: OtherProcess, worker: Worker
) -> None:
    path, layers = expert_model("qwen", "Q8_0"), len(LAYOUTS["qwen"].layers)

    def said(mode: Mode, whole: int) -> tuple[Written, Plan]:
        options = PlacementOptions(
            mode=mode, workers=(worker.address,), budgets={"RPC0": 40 * MB}, whole_layers=whole
        )
        return child.call(planned, path, options, conversations, LENGTH)

    plain, _ = said("resident", 0)
    for whole in range(1, layers):
        told, plan = said("cached", whole)
        cache = plan.placement.expert_cache
        assert cache is not None and plan.expert_layers["RPC0"] == tuple(range(whole))
        assert [layer.layer for layer in cache.layers] == list(range(whole, layers))
        assert told.tokens == plain.tokens
        counted = told.counters
        assert counted is not None and counted.plain_blocks == 0
        assert counted.blocks >= LENGTH * (layers - whole) and 0 < counted.hits <= counted.uses
        assert counted.allocated <= cache.total


def test_layers_that_got_no_slots_write_what_whole_layers_write(child: OtherProcess, worker: Worker) -> None:
    path, layers = expert_model("qwen"), LAYOUTS["qwen"].layers

    def said(mode: Mode, room: int) -> tuple[Written, Plan]:
        options = PlacementOptions(
            1024, mode=mode, workers=(worker.address,), budgets={"RPC0": room * MB}, whole_layers=0
        )
        return child.call(planned, path, options, 1, LENGTH)

    plain, _ = said("resident", 40)
    told, plan = said("cached", 10)
    cache = plan.placement.expert_cache
    assert cache is not None and cache.without
    assert [*(each.layer for each in cache.layers), *cache.without] == list(layers)
    assert told.tokens == plain.tokens and told.notices == ()
    assert told.counters is not None and told.counters.plain_blocks == 0 < told.counters.hits
