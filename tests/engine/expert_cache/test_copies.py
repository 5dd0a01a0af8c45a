"""What a token costs beside its arithmetic: pieces of the graph, and copies between the device and this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from engine.expert_cache.policy import Policy
from tests.support.engines.counted_worker import Counted, counted
from tests.support.engines.rpc_worker import rpc_worker
from tests.support.experts.cached import is_built
from tests.support.experts.expert_courses import token_by_token
from tests.support.experts.expert_logits import computed, split_counts
from tests.support.experts.expert_run import WORKER, CacheOption
from tests.support.models.expert_models import LAYOUTS, expert_model
from tests.support.other_process import OtherProcess

pytestmark = pytest.mark.skipif(not is_built(), reason="set-up did not build the plugin")

FEW, MANY = 3, 8
LAYERS = 2
# What llama.cpp itself gives a token: its embedding, position, mask, places of keys and of values, rows of logits.
# Latent attention has no values of its own.
INPUTS = {"mixtral": 6, "qwen": 6, "deepseek": 5}


@pytest.fixture(scope="module")
def worker() -> Iterator[Counted]:
    with rpc_worker() as worker, counted(worker.address) as found:
        yield found


def more_requests(child: OtherProcess, worker: Counted, name: str, wish: CacheOption) -> Counter[str]:
    """What `MANY` tokens ask more of the worker than their first `FEW`."""
    asked = []
    for tokens in (FEW, MANY):
        before = worker.requests.copy()
        child.call(computed, expert_model(name), token_by_token(MANY)[:tokens], wish, worker=worker.address)
        asked.append(worker.requests - before)
    return asked[1] - asked[0]


def all_resident(name: str, worker: Counted) -> CacheOption:
    layout = LAYOUTS[name]
    return CacheOption(layout.experts, layout.used, WORKER, worker.address, warm=tuple(range(layout.experts)))


@pytest.mark.parametrize("name", INPUTS)
def test_a_cached_layer_is_one_wait_down_and_one_copy_up(
    name: str, child: OtherProcess, worker: Counted
) -> None:
    """Down come the chosen experts, their weights and the activations, together; up go slots, and the rows of what
    was missing, as few pieces as they lie in."""
    tokens, used = MANY - FEW, LAYOUTS[name].used
    resident = more_requests(child, worker, name, all_resident(name, worker))
    assert resident["down"] == tokens * (3 * LAYERS + 1), "and the logits"
    assert resident["up"] == tokens * (LAYERS + INPUTS[name])
    assert resident["graphs"] == tokens * (2 * LAYERS + 1), "a block, and what is between two"
    some = all_resident(name, worker)._replace(slots=used, warm=tuple(range(used)), policy=Policy(fixed=True))
    missing = more_requests(child, worker, name, some)
    assert missing["down"] == resident["down"]
    assert tokens * INPUTS[name] < missing["up"] <= resident["up"] + tokens * LAYERS * -(-used // 2)


@pytest.mark.parametrize("name", INPUTS)
def test_a_layer_without_slots_is_one_wait_down_and_one_copy_up(
    name: str, child: OtherProcess, worker: Counted
) -> None:
    tokens, layers = MANY - FEW, LAYOUTS[name].layers
    for served in (layers[1:], layers[:1]):
        wish = all_resident(name, worker)._replace(layers=served, without=True)
        assert child.call(split_counts, expert_model(name), wish, worker.address)[1] == 2
        asked = more_requests(child, worker, name, wish)
        assert asked["down"] <= tokens * (3 * LAYERS + 1)
        assert asked["up"] == tokens * (LAYERS + INPUTS[name]), "slots, or the result"
        assert asked["graphs"] == tokens * (LAYERS + len(served) + 1)


@pytest.mark.parametrize("name", ["mixtral", "gpt-oss", "deepseek"])
def test_a_layer_that_the_cache_does_not_know_cuts_the_graph_twice(
    name: str, child: OtherProcess, worker: Counted
) -> None:
    """What follows such a layer is attention, whose keys and values the device has."""
    path, layers = expert_model(name), LAYOUTS[name].layers
    for cached in (layers, layers[1:], layers[:1], ()):
        wish = all_resident(name, worker)._replace(layers=cached) if cached else None
        for_processor = LAYERS - len(cached)
        splits: tuple[int, int] = child.call(split_counts, path, wish, worker.address)
        assert splits[1] == 2 + 2 * for_processor
