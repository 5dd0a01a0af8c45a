"""Devices that cannot compute all of a block, do it late, or not at all: a cache on them changes nothing that is
computed.
"""

from __future__ import annotations

import itertools

import pytest

from tests.support.computing.made_device import NAME, register
from tests.support.experts.cached import is_built
from tests.support.experts.expert_courses import difference, random_course, side_by_side, token_by_token
from tests.support.experts.expert_logits import computed
from tests.support.experts.expert_run import CacheOption
from tests.support.models.expert_models import LAYOUTS, expert_model
from tests.support.other_process import remote_servers

pytestmark = [pytest.mark.skipif(not is_built(), reason="set-up did not build the plugin"), pytest.mark.long]

CLOSE = 1e-3
MOST_TOKENS = 8
GAPS = [
    ("mixtral", "Q4_K+Q8_0", "Q8_0"),
    ("gpt-oss", "MXFP4", "MXFP4"),
    ("gpt-oss", "Q8_0", "ADD_ID"),
    ("fused", "Q4_K", "GLU"),
    ("without-gate", "Q4_K", "SQR"),
]
TYPES = ("Q8_0", "MXFP4")
DIFFERENT = ("mixtral", "gpt-oss", "gemma", "without-gate", "scaled", "weighted-before")
COURSE = token_by_token(10, seed=1) + side_by_side(4, seed=2) + random_course(12, MOST_TOKENS, 3, seed=3)


def wish(name: str, **changed: object) -> CacheOption:
    layout = LAYOUTS[name]
    return CacheOption(layout.experts // 2, layout.used, NAME, tokens=MOST_TOKENS)._replace(**changed)


@pytest.mark.parametrize(("name", "kind", "missing"), GAPS)
def test_what_a_device_cannot_compute_stays_where_it_was(name: str, kind: str, missing: str) -> None:
    """The device is asked when a layer is added for the types, and at the first block for everything else."""
    path, layers = expert_model(name, kind), LAYOUTS[name].layers
    with remote_servers() as child:
        plain = child.call(computed, path, COURSE)
        child.call(register, missing)
        cached = child.call(computed, path, COURSE, wish(name))
    assert difference(plain.logits, cached.logits) <= CLOSE
    told = cached.counters
    assert told is not None
    assert told.blocks == told.brought == 0
    if missing in TYPES:
        assert cached.kept_out == layers
        assert told.plain_blocks == 0
    else:
        assert cached.layers == layers
        assert told.plain_blocks >= len(layers)


@pytest.mark.parametrize("fault", ["late", "fails", "one_row_per_expert"])
def test_a_device_with_the_faults_that_devices_have(fault: str) -> None:
    with remote_servers() as child:
        child.call(register, "", fault)
        for name, kind in itertools.product(DIFFERENT, ["F16", "Q4_K+Q8_0", "Q4_K+F32"]):
            path = expert_model(name, kind)
            plain = child.call(computed, path, COURSE)
            for changed in ({}, {"bring_first": True}, {"upload_beside": True}):
                cached = child.call(computed, path, COURSE, wish(name, **changed))
                assert difference(plain.logits, cached.logits) <= CLOSE, (name, kind, changed)
                assert cached.counters is not None
                assert cached.counters.brought > 0
