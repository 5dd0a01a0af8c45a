"""The cache of experts on a Vulkan device: what it computes, and what it leaves to the processor.

The processor rounds activations to eight bits before it multiplies by quantised weights, and Vulkan does not: their
logits are a percent apart. So what the device computes is compared with a model whose experts all lie on the device.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from tests.support.experts.expert_courses import difference, random_course, side_by_side, token_by_token
from tests.support.experts.expert_logits import Outcome, computed
from tests.support.experts.expert_run import CacheOption
from tests.support.models.expert_models import LAYOUTS, QUANTISATIONS, expert_model
from tests.support.other_process import OtherProcess

DEVICE = "Vulkan0"
CLOSE = 1e-3
# Logits of gemma grow what is different in them; the small experts of grouped are the processor's, which rounds.
LESS_CLOSE = {"gemma": 2e-3, "grouped": 2e-2}
MOST_TOKENS = 8
ONE_BY_ONE = token_by_token(24)
COURSE = ONE_BY_ONE + side_by_side(8, seed=1) + random_course(10, MOST_TOKENS, 3, seed=2)
# Whose block Vulkan does not compute: of its last product it is asked for more precision than it has.
REFUSED = "mistral"
EVERY_LAYOUT = [(name, kind) for name in LAYOUTS if name != REFUSED for kind in ("Q4_K", "F16")]
EVERY_TYPE = [("mixtral", kind) for kind in QUANTISATIONS if ("mixtral", kind) not in EVERY_LAYOUT]


def wish(name: str, slots: int, **changed: bool) -> CacheOption:
    return CacheOption(slots, LAYOUTS[name].used, device=DEVICE, tokens=MOST_TOKENS)._replace(**changed)


@pytest.mark.parametrize(("name", "kind"), EVERY_LAYOUT + EVERY_TYPE)
def test_logits_are_those_of_a_model_whose_experts_are_all_on_the_device(
    name: str, kind: str, child: OtherProcess
) -> None:
    path, layout = expert_model(name, kind), LAYOUTS[name]
    for course, slots in (
        (COURSE, layout.experts),
        (ONE_BY_ONE, layout.used),
        (ONE_BY_ONE, layout.experts // 2),
    ):
        resident = child.call(computed, path, course, resident=DEVICE)
        cached = child.call(computed, path, course, wish(name, slots, bring_first=True))
        assert cached.layers == layout.layers
        assert difference(resident.logits, cached.logits) <= LESS_CLOSE.get(name, CLOSE)
        told = cached.counters
        assert told is not None
        assert told.plain_blocks == told.refused == 0
        assert told.brought - told.evicted == sum(map(len, cached.warm_experts))


@pytest.mark.parametrize("thread", [False, True])
@pytest.mark.parametrize("name", ["mixtral", "qwen", "deepseek", "gpt-oss", "fused"])
def test_what_the_device_and_the_processor_compute_together(
    name: str, thread: bool, child: OtherProcess
) -> None:
    """Where routers chose the same experts: sums that come out a little differently can make them choose others."""
    path, experts = expert_model(name, "F16"), LAYOUTS[name].experts
    plain = child.call(computed, path, COURSE, watched="choices")
    cached = child.call(
        computed, path, COURSE, wish(name, experts // 2, upload_beside=thread), watched="choices", pause=0.01
    )
    told = cached.counters
    assert told is not None and 0 < told.hits < told.uses and told.brought > told.evicted
    alike = np.array([a == b for a, b in zip(choices(plain), choices(cached), strict=True)])
    assert alike.mean() > 0.9
    assert difference(plain.logits[alike], cached.logits[alike]) <= CLOSE


def choices(outcome: Outcome) -> list[tuple[frozenset[int], ...]]:
    """Of each row of the course: the experts that it was sent to by each layer."""
    by_layer: dict[int, list[frozenset[int]]] = defaultdict(list)
    rows = len(outcome.logits)
    used = (
        sum(len(chosen) for _, chosen in outcome.blocks)
        // rows
        // len({layer for layer, _ in outcome.blocks})
    )
    for layer, chosen in outcome.blocks:
        by_layer[layer] += [frozenset(chosen[row : row + used]) for row in range(0, len(chosen), used)]
    return list(zip(*by_layer.values(), strict=True))


@pytest.mark.parametrize("kind", ["Q4_K", "F16"])
@pytest.mark.parametrize("bring_first", [False, True])
def test_a_block_that_the_device_does_not_compute_stays_where_it_was(
    bring_first: bool, kind: str, child: OtherProcess
) -> None:
    path, experts = expert_model(REFUSED, kind), LAYOUTS[REFUSED].experts
    plain = child.call(computed, path, COURSE)
    cached = child.call(computed, path, COURSE, wish(REFUSED, experts, bring_first=bring_first))
    assert np.array_equal(plain.logits, cached.logits)
    told = cached.counters
    assert told is not None and told.plain_blocks > 0
    assert told.blocks == told.hits == told.brought == 0
