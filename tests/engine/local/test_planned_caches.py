"""What a plan grants a cache of experts holds what the plugin takes, on a worker on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from engine.api import LoadRequest
from engine.errors import UserError
from engine.local.isolated_call import Report, ask
from engine.placement.plan import PlacementOptions, Plan
from tests.support.engines.rpc_worker import Worker, rpc_worker
from tests.support.experts.cached import is_built
from tests.support.models.expert_models import LAYOUTS, expert_model
from tests.support.models.moe import moe_model

pytestmark = [pytest.mark.skipif(not is_built(), reason="set-up did not build the plugin"), pytest.mark.long]

MIB = 2**20


class Opened(msgspec.Struct, frozen=True, tag="opened"):
    """A load: its plan, the bytes that the cache holds on the device, the layers that it serves, and how many blocks
    of the largest batch it computed, or left to the CPU."""

    plan: Plan
    allocated: int
    layers: tuple[int, ...]
    blocks: int = 0
    plain_blocks: int = 0


def _open(tell: Report, request: LoadRequest) -> Opened:
    from engine.local import native
    from engine.local.loading import open_session

    session = open_session(request, native.AbortFlag(), lambda _: True, None)
    try:
        assert session.facts.plan is not None
        if session.caching is None:
            return Opened(session.facts.plan, 0, ())
        cache = session.facts.plan.placement.expert_cache
        assert cache is not None
        before, context = session.caching.counters, session.handle
        assert native.decode(context, list(range(1, cache.tokens + 1))) == 0
        native.synchronize(context)
        native.forget_all(context)
        after = session.caching.counters
        rows = session.caching.warm_experts()
        return Opened(
            session.facts.plan,
            after.allocated,
            tuple(layer for layer, row in enumerate(rows) if row),
            after.blocks - before.blocks,
            after.plain_blocks - before.plain_blocks,
        )
    finally:
        session.close()


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with rpc_worker() as running:
        yield running


def opened(worker: Worker, path: Path, budget: int, whole: int = 0) -> Opened:
    options = PlacementOptions(
        512, workers=(worker.address,), budgets={"RPC0": budget}, mode="cached", whole_layers=whole
    )
    return ask(_open, (LoadRequest(str(path), options, threads=1),), Opened, workers=options.workers)


def check_granted(found: Opened, budget: int) -> None:
    """The cache was opened as planned, and both are within the budget."""
    cache = found.plan.placement.expert_cache
    assert cache is not None and found.plan.mode == "cached" and found.plan.measured
    assert found.plan.bytes["RPC0"].total <= budget
    assert found.layers == tuple(layer.layer for layer in cache.layers)
    # The worker's own alignment and padding are all that may be granted and not needed.
    assert cache.workspace <= found.allocated <= cache.total
    # The workspace is enough for a batch of the most tokens.
    assert (found.blocks, found.plain_blocks) == (len(cache.layers), 0)
    assert [notice.code for notice in found.plan.notices if notice.code.startswith("cache.")] == []


def slots_of(found: Opened) -> set[int]:
    cache = found.plan.placement.expert_cache
    return {layer.slots for layer in cache.layers} if cache else set()


@pytest.mark.model
@pytest.mark.parametrize("budget", [160, 320, 2048])
def test_a_real_model_is_given_what_was_granted(worker: Worker, budget: int) -> None:
    found = opened(worker, moe_model(), budget * MIB)
    check_granted(found, budget * MIB)
    assert (slots_of(found) == {8}) == (budget == 2048)


@pytest.mark.model
def test_beside_whole_layers_the_others_are_given_what_was_granted(worker: Worker) -> None:
    found = opened(worker, moe_model(), 320 * MIB, whole=4)
    check_granted(found, 320 * MIB)
    assert found.plan.expert_layers["RPC0"] == tuple(range(4)) and found.layers[0] == 4
    assert found.plan.explanation.code == "plan.mixed"


@pytest.mark.parametrize(
    "name", ["clamped", "fused", "gemma", "gpt-oss", "grouped", "scaled", "without-gate"]
)
def test_every_layout_is_given_what_was_granted(worker: Worker, name: str) -> None:
    found = opened(worker, expert_model(name), 64 * MIB)
    check_granted(found, 64 * MIB)
    assert slots_of(found) == {LAYOUTS[name].experts}


@pytest.mark.model
def test_a_budget_below_the_least_slots_runs_on_without_and_says_why(worker: Worker) -> None:
    found = opened(worker, moe_model(), 70 * MIB)
    assert found.plan.placement.expert_cache is None and found.layers == ()
    assert [notice.code for notice in found.plan.notices][-2:] == ["cache.without", "cache.too_small"]


def test_a_model_without_experts_is_refused(worker: Worker) -> None:
    from tests.support.models.starter import starter_model

    with pytest.raises(UserError, match=r"placement\.mode_impossible"):
        opened(worker, starter_model(), 300 * MIB)
