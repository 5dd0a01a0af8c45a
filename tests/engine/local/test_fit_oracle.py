"""The oracle answers sensibly, or a comparison with it would prove nothing."""

import pytest

from engine.placement.plan import RAM
from tests.support.engines.rpc_worker import rpc_worker
from tests.support.models.moe import moe_model
from tests.support.placement.fit_oracle import Fitted, fit
from tests.support.placement.placed import weigh

pytestmark = [pytest.mark.model, pytest.mark.long]


def test_llama_cpps_own_planner_keeps_the_budget_and_uses_more_of_a_larger_one() -> None:
    with rpc_worker() as worker:
        found: list[Fitted] = []
        for budget in (200_000_000, 350_000_000, 2_000_000_000):
            fitted = fit(moe_model(), worker.address, budget, context=1024)
            used = weigh(moe_model(), fitted.placement, [worker.address]).dry["RPC0"].total
            assert fitted.fits and used <= budget
            found.append(fitted)
    assert [len(fitted.dense_layers) for fitted in found] == [30, 30, 30]
    assert 0 <= len(found[0].expert_layers) < len(found[1].expert_layers) < 30
    assert len(found[2].expert_layers) == 30
    assert all(override.device == RAM for override in found[1].placement.overrides)
