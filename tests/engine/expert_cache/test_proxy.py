"""The proxy of a device: llama.cpp sees one that computes everything, and large batches pass through it."""

from __future__ import annotations

import pytest

from tests.support.engines.rpc_worker import Worker
from tests.support.experts.cached import is_built
from tests.support.experts.expert_courses import difference, random_course, token_by_token
from tests.support.experts.expert_logits import computed, listed_devices, split_counts
from tests.support.experts.expert_run import WORKER, CacheOption
from tests.support.models.expert_models import LAYOUTS, expert_model
from tests.support.other_process import OtherProcess, remote_servers

pytestmark = pytest.mark.skipif(not is_built(), reason="set-up did not build the plugin")

CLOSE = 1e-3
MOST_TOKENS = 8
# Every other step is too large for the slots.
COURSE = tuple(
    step * times for step, times in zip(random_course(8, 6, 3, seed=1), [1, MOST_TOKENS + 1] * 4, strict=True)
)


def wish(name: str, worker: Worker, **changed: object) -> CacheOption:
    layout = LAYOUTS[name]
    option = CacheOption(layout.experts // 2, layout.used, WORKER, worker.address, tokens=MOST_TOKENS)
    return option._replace(**changed)


@pytest.mark.parametrize("name", ["mixtral", "gpt-oss", "deepseek"])
def test_a_token_is_one_piece_for_the_device_and_one_for_the_processor(
    name: str, child: OtherProcess, worker: Worker
) -> None:
    path, layers = expert_model(name), len(LAYOUTS[name].layers)
    assert child.call(split_counts, path, worker=worker.address)[1] > 2 * layers
    assert child.call(split_counts, path, wish(name, worker), worker.address)[1] <= 2
    on_processor = CacheOption(LAYOUTS[name].used, LAYOUTS[name].used)
    assert child.call(split_counts, path, on_processor) == (1, 1)


@pytest.mark.parametrize("name", LAYOUTS)
def test_large_batches_pass_through_the_device(name: str, child: OtherProcess, worker: Worker) -> None:
    path = expert_model(name, "Q4_K+Q8_0")
    plain = child.call(computed, path, COURSE, worker=worker.address)
    streaming = wish(name, worker, stream_from=MOST_TOKENS + 1)
    if name != "grouped":  # whose chunk experts stay the processor's
        assert child.call(split_counts, path, streaming, worker.address)[0] <= 2
    cached = child.call(computed, path, COURSE, streaming, worker=worker.address)
    assert difference(plain.logits, cached.logits) <= CLOSE
    assert cached.counters is not None
    assert cached.counters.plain_blocks == 0 < cached.counters.hits


def test_layers_in_the_cache_and_layers_that_the_processor_computes(
    child: OtherProcess, worker: Worker
) -> None:
    course = token_by_token(10, seed=3)
    for name in ("mixtral", "gpt-oss"):
        path, last = expert_model(name), LAYOUTS[name].layers[-1]
        plain = child.call(computed, path, course, worker=worker.address)
        mixed = wish(name, worker, layers=(last,))
        assert child.call(split_counts, path, mixed, worker.address)[1] <= 4, "there, and back"
        cached = child.call(computed, path, course, mixed, worker=worker.address)
        assert difference(plain.logits, cached.logits) <= CLOSE
        assert cached.layers == (last,)
        assert cached.counters is not None and cached.counters.blocks >= len(course)


def test_nobody_meets_the_proxy_who_does_not_ask_for_it() -> None:
    with remote_servers() as child:
        before, after = child.call(listed_devices)
    assert before == after
