"""Slots on a Vulkan device above those in RAM, of experts that stay in the file. What the device and the processor
compute is compared where routers chose the same experts: sums that come out a little differently can change that.
"""

from __future__ import annotations

import numpy as np
import pytest

from engine.expert_cache.policy import Policy
from engine.placement.plan import DISK
from tests.support.experts.expert_courses import difference, token_by_token
from tests.support.experts.expert_logits import computed
from tests.support.experts.expert_policy import TwoFloors
from tests.support.experts.expert_run import CacheOption
from tests.support.models.expert_models import LAYOUTS, expert_model
from tests.support.other_process import OtherProcess
from tests.vulkan.test_expert_cache import CLOSE, DEVICE, choices

POLICY = Policy(half_life=16.0)
LARGE = 60
COURSE = (*token_by_token(24), sum(token_by_token(LARGE, seed=4), ()), *token_by_token(12, seed=5))


@pytest.mark.parametrize("name", ["mixtral", "qwen", "deepseek", "gpt-oss", "fused"])
def test_what_the_device_the_processor_and_the_disk_give_together(name: str, child: OtherProcess) -> None:
    path, layout = expert_model(name, "F16"), LAYOUTS[name]
    above, slots, tokens = layout.experts // 2, layout.used, LARGE // layout.used + 1
    wish = CacheOption(
        slots, layout.used, bring_first=True, source=DISK, tokens=tokens, policy=POLICY, shared=16 << 20
    )
    wish = wish._replace(above=above, above_device=DEVICE, upload_beside=True)
    plain = child.call(computed, path, COURSE, watched="choices", device=DEVICE)
    told = child.call(computed, path, COURSE, wish, watched="choices", device=DEVICE)
    alike = np.array([a == b for a, b in zip(choices(plain), choices(told), strict=True)])
    assert alike.mean() > 0.9
    assert difference(plain.logits[alike], told.logits[alike]) <= CLOSE
    expected = {layer: TwoFloors(above, slots, layout.experts, POLICY) for layer in layout.layers}
    for layer, rows in told.blocks:
        expected[layer].block(rows, on_card=len(rows) <= tokens * layout.used)
    counted = told.counters
    assert counted is not None and counted.above_hits > 0 and counted.plain_blocks == 0
    assert counted.above_hits == sum(each.above_hits for each in expected.values())
    assert counted.hits == sum(each.below.counters.hits for each in expected.values())
    assert counted.above_brought == sum(each.above.counters.brought for each in expected.values())
