"""With a cache of experts a model computes what it computes without: every way in which experts are built, every
type of their weights, as few slots as one token needs and as many as there are experts.
"""

from __future__ import annotations

import pytest

from tests.support.experts.cached import is_built
from tests.support.experts.expert_courses import difference, random_course, side_by_side, token_by_token
from tests.support.experts.expert_logits import computed
from tests.support.experts.expert_run import CacheOption
from tests.support.models.expert_models import LAYOUTS, QUANTISATIONS, expert_model
from tests.support.other_process import OtherProcess

pytestmark = [pytest.mark.long, pytest.mark.skipif(not is_built(), reason="set-up did not build the plugin")]

CLOSE = 1e-3
TYPES = (*QUANTISATIONS, "Q4_K+Q8_0")
RARER = (
    "F32",
    "BF16",
    "NVFP4",
    "Q2_K",
    "Q3_K",
    "Q4_1",
    "Q5_0",
    "Q5_K",
    "Q6_K",
    "IQ4_NL",
    "IQ4_XS",
    "Q6_K+Q5_1",
)
MOST_TOKENS = 8
COURSE = token_by_token(16) + side_by_side(6, seed=1) + random_course(10, MOST_TOKENS, 3, seed=2)
ROWS = sum(map(len, COURSE))


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("name", LAYOUTS)
def test_logits_are_those_of_the_plain_model(name: str, kind: str, child: OtherProcess) -> None:
    layout, path = LAYOUTS[name], expert_model(name, kind)
    plain = child.call(computed, path, COURSE).logits
    for slots in (layout.used, layout.experts // 2, layout.experts):
        cached = child.call(computed, path, COURSE, CacheOption(slots, layout.used, tokens=MOST_TOKENS))
        assert cached.layers == layout.layers
        assert difference(plain, cached.logits) <= CLOSE
        told = cached.counters
        assert told is not None
        assert told.plain_blocks == 0
        assert told.blocks >= len(COURSE) * len(layout.layers)
        assert told.uses == ROWS * layout.used * len(layout.layers)
        assert 0 < told.hits < told.uses
        if slots == layout.experts:
            assert told.evicted == told.refused == 0
            assert told.brought == sum(map(len, cached.warm_experts))


@pytest.mark.parametrize("kind", RARER)
@pytest.mark.parametrize("name", ["mixtral", "scaled"])
def test_logits_are_those_of_the_plain_model_in_rarer_types(
    name: str, kind: str, child: OtherProcess
) -> None:
    layout, path = LAYOUTS[name], expert_model(name, kind)
    plain = child.call(computed, path, COURSE)
    cached = child.call(
        computed, path, COURSE, CacheOption(layout.experts // 2, layout.used, tokens=MOST_TOKENS)
    )
    assert difference(plain.logits, cached.logits) <= CLOSE
    assert cached.counters is not None
    assert cached.counters.plain_blocks == 0 < cached.counters.hits


@pytest.mark.parametrize("name", LAYOUTS)
def test_experts_weigh_so_much_that_a_wrong_one_would_show(name: str, child: OtherProcess) -> None:
    """Rounding their weights to four bits changes them by a tenth; another expert's weights are others altogether."""
    rounded, exact = (
        child.call(computed, expert_model(name, kind), COURSE).logits for kind in ("Q4_0", "F16")
    )
    assert difference(exact, rounded) > 100 * CLOSE
