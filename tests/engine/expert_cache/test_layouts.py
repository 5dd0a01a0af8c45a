"""With a cache of experts a model computes what it computes without: every way in which experts are built, every
type of their weights, as few slots as one token needs and as many as there are experts.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from tests.support.expert_logits import (
    CacheWish,
    Course,
    difference,
    random_course,
    running,
    side_by_side,
    token_by_token,
)
from tests.support.expert_models import LAYOUTS, QUANTISATIONS, Layout, expert_model

CLOSE = 1e-3
TYPES = (*QUANTISATIONS, "Q4_K+Q8_0")
MOST_TOKENS = 8
COURSE = token_by_token(16) + side_by_side(6, seed=1) + random_course(10, MOST_TOKENS, 3, seed=2)


@lru_cache(maxsize=2)
def plain(layout: str, kind: str, course: Course = COURSE) -> np.ndarray:
    with running(expert_model(layout, kind)) as model:
        return model.logits(course)


def slot_counts(layout: Layout) -> tuple[int, ...]:
    return layout.used, layout.experts // 2, layout.experts


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("name", LAYOUTS)
def test_logits_are_those_of_the_plain_model(name: str, kind: str) -> None:
    layout = LAYOUTS[name]
    for slots in slot_counts(layout):
        wish = CacheWish(slots, tokens=MOST_TOKENS)
        with running(expert_model(name, kind), wish, used=layout.used) as cached:
            assert tuple(cached.layers) == layout.layers
            assert difference(plain(name, kind), cached.logits(COURSE)) <= CLOSE
            told = cached.counters
        assert told.plain_blocks == 0
        assert told.blocks == len(COURSE) * len(layout.layers)
        assert told.uses == sum(map(len, COURSE)) * layout.used * len(layout.layers)
        assert 0 < told.hits < told.uses
        if slots == layout.experts:
            assert told.evicted == told.refused == 0
            assert told.brought <= layout.experts * len(layout.layers)
