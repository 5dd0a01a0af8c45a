"""A cache of experts in the memory of a worker, which has none in common with this process."""

from __future__ import annotations

import pytest

from tests.support.engines.rpc_worker import Worker
from tests.support.experts.cached import is_built
from tests.support.experts.expert_courses import difference, random_course, side_by_side, token_by_token
from tests.support.experts.expert_logits import computed
from tests.support.experts.expert_run import WORKER, CacheOption
from tests.support.models.expert_models import LAYOUTS, QUANTISATIONS, expert_model
from tests.support.other_process import OtherProcess

pytestmark = [pytest.mark.long, pytest.mark.skipif(not is_built(), reason="set-up did not build the plugin")]

CLOSE = 1e-3
MOST_TOKENS = 8
COURSE = token_by_token(8) + side_by_side(3, seed=1) + random_course(4, MOST_TOKENS, 3, seed=2)
CASES = [(name, "Q4_K") for name in LAYOUTS] + [("gpt-oss", kind) for kind in QUANTISATIONS]


@pytest.mark.parametrize("bring_first", [False, True])
@pytest.mark.parametrize(("name", "kind"), CASES)
def test_logits_are_those_of_the_plain_model(
    name: str, kind: str, bring_first: bool, child: OtherProcess, worker: Worker
) -> None:
    layout, path = LAYOUTS[name], expert_model(name, kind)
    plain = child.call(computed, path, COURSE).logits
    for slots in (layout.used, layout.experts // 2, layout.experts):
        wish = CacheOption(
            slots, layout.used, WORKER, worker.address, tokens=MOST_TOKENS, bring_first=bring_first
        )
        cached = child.call(computed, path, COURSE, wish)
        assert cached.layers == layout.layers
        assert difference(plain, cached.logits) <= CLOSE
        told = cached.counters
        assert told is not None
        assert told.plain_blocks == 0
        assert told.hits > 0


@pytest.mark.parametrize("device", ["CPU", WORKER])
@pytest.mark.parametrize("name", LAYOUTS)
def test_a_worker_that_computes_everything_else(
    name: str, device: str, child: OtherProcess, worker: Worker
) -> None:
    """Activations then cross between devices before and after each block."""
    layout, path = LAYOUTS[name], expert_model(name)
    plain = child.call(computed, path, COURSE, worker=worker.address)
    wish = CacheOption(layout.experts // 2, layout.used, device, worker.address, tokens=MOST_TOKENS)
    cached = child.call(computed, path, COURSE, wish, worker=worker.address)
    assert difference(plain.logits, cached.logits) <= CLOSE
    assert cached.counters is not None
    assert cached.counters.plain_blocks == 0 < cached.counters.hits


@pytest.mark.parametrize("name", LAYOUTS)
def test_layers_without_slots_are_the_processors(name: str, child: OtherProcess, worker: Worker) -> None:
    layout, path = LAYOUTS[name], expert_model(name)
    plain = child.call(computed, path, COURSE, worker=worker.address)
    for served in (layout.layers[:1], layout.layers[1:]):
        wish = CacheOption(
            layout.experts,
            layout.used,
            WORKER,
            worker.address,
            tokens=MOST_TOKENS,
            layers=served,
            without=True,
        )
        cached = child.call(computed, path, COURSE, wish, worker=worker.address)
        assert cached.layers == served
        assert difference(plain.logits, cached.logits) <= CLOSE
        told = cached.counters
        assert told is not None and told.plain_blocks == 0
        assert (
            told.blocks >= len(COURSE) * len(served) and told.uses == len(served) * told.tokens * layout.used
        )


def test_missing_experts_that_a_thread_brings(child: OtherProcess, worker: Worker) -> None:
    for name in ("mixtral", "gpt-oss", "gemma"):
        layout, path = LAYOUTS[name], expert_model(name)
        wish = CacheOption(layout.experts // 2, layout.used, WORKER, worker.address, upload_beside=True)
        plain, cached = child.call(computed, path, COURSE), child.call(computed, path, COURSE, wish)
        assert difference(plain.logits, cached.logits) <= CLOSE
        assert cached.counters is not None and cached.counters.brought > 0
