"""Experts that stay in the file: what a model computes with slots in RAM, however few, is what it computes whole."""

from __future__ import annotations

import pytest

from engine.placement.plan import DISK
from tests.support.cached import is_built
from tests.support.expert_courses import Course, difference, random_course, token_by_token
from tests.support.expert_logits import computed
from tests.support.expert_models import LAYOUTS, QUANTISATIONS, expert_model
from tests.support.expert_run import CacheOption
from tests.support.other_process import OtherProcess

pytestmark = pytest.mark.skipif(not is_built(), reason="set-up did not build the plugin")

CLOSE = 1e-3
LARGE = 60


def wish(name: str, slots: int, **changed: object) -> CacheOption:
    used = LAYOUTS[name].used
    return CacheOption(slots, used, bring_first=True, source=DISK, tokens=LARGE // used + 1)._replace(
        **changed
    )


@pytest.mark.parametrize("name", LAYOUTS)
def test_steps_of_any_size_are_computed_as_with_all_experts(name: str, child: OtherProcess) -> None:
    layout = LAYOUTS[name]
    course: Course = (
        *token_by_token(12, seed=3),
        *random_course(20, 8, 4, seed=10),
        sum(token_by_token(LARGE, seed=4), ()),
        *token_by_token(4, seed=5),
    )
    plain = child.call(computed, expert_model(name), course)
    for slots in (layout.used, layout.experts // 2):
        told = child.call(computed, expert_model(name), course, wish(name, slots))
        assert difference(plain.logits, told.logits) <= CLOSE
        counted = told.counters
        assert counted is not None and counted.brought > 0 and counted.plain_blocks == 0
        assert counted.disk_bytes >= counted.brought_bytes


@pytest.mark.parametrize("quantisation", QUANTISATIONS)
def test_types(quantisation: str, child: OtherProcess) -> None:
    path = expert_model("qwen", quantisation)
    course = (*token_by_token(6, seed=3), sum(token_by_token(LARGE, seed=4), ()))
    plain = child.call(computed, path, course)
    told = child.call(computed, path, course, wish("qwen", LAYOUTS["qwen"].used))
    assert difference(plain.logits, told.logits) <= CLOSE
