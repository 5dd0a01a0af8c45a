"""What a model writes with a cache of experts is what it writes without, and its logits are the same to the last bit:
on the processor and on a worker as the cache's device, for any number of slots, alone and beside three others.

Models of random weights, in which another expert shows at once, and one that writes English; `make test-vulkan` goes
through every number of slots of that one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.placement.plan import Misses
from tests.support.computing.greedy_texts import Texts
from tests.support.engines.rpc_worker import Worker
from tests.support.experts.cached import is_built
from tests.support.models.expert_models import LAYOUTS, expert_model
from tests.support.models.moe import EXPERTS, EXPERTS_USED, moe_model
from tests.support.other_process import OtherProcess

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not is_built(), reason="set-up did not build the plugin"),
    pytest.mark.long,
]

LENGTH = 120
ENGLISH = 60
CONVERSATIONS = (1, 4)
MISSES: tuple[Misses, ...] = ("computed", "brought")
WORKER = "RPC0"


@pytest.fixture(scope="module")
def texts(child: OtherProcess) -> Texts:
    return Texts(child)


def random_model(layout: str) -> tuple[Path, int, int]:
    """Its file, how many experts a token uses, and how many there are."""
    return expert_model(layout, "Q8_0"), LAYOUTS[layout].used, LAYOUTS[layout].experts


@pytest.mark.parametrize("misses", MISSES)
@pytest.mark.parametrize("conversations", CONVERSATIONS)
@pytest.mark.parametrize("layout", ["mixtral", "qwen"])
def test_any_number_of_slots_on_the_processor(
    layout: str, conversations: int, misses: Misses, texts: Texts
) -> None:
    path, fewest, experts = random_model(layout)
    rates = []
    for slots in range(fewest, experts + 1):
        told = texts.same(path, slots, conversations, LENGTH, misses=misses)
        rates.append(told.hits / told.uses)
    assert rates[0] < rates[len(rates) // 2] < rates[-1]


@pytest.mark.parametrize("misses", MISSES)
@pytest.mark.parametrize("conversations", CONVERSATIONS)
@pytest.mark.parametrize("layout", ["mixtral", "qwen"])
def test_few_some_and_all_slots_on_a_worker(
    layout: str, conversations: int, misses: Misses, texts: Texts, worker: Worker
) -> None:
    path, fewest, experts = random_model(layout)
    workers = [worker.address]
    for slots in (fewest, experts // 2, experts):
        told = texts.same(path, slots, conversations, LENGTH, device=WORKER, workers=workers, misses=misses)
        assert told.moved_bytes > 0


@pytest.mark.parametrize("kind", ["Q4_0", "Q4_K", "MXFP4"])
def test_weights_that_llama_cpp_would_repack_are_computed_as_they_are(kind: str, texts: Texts) -> None:
    path = expert_model("qwen", kind)
    for conversations in CONVERSATIONS:
        told = texts.same(path, LAYOUTS["qwen"].experts // 2, conversations, LENGTH)
        assert 0 < told.evicted < told.brought


@pytest.mark.parametrize("slots", [EXPERTS_USED, EXPERTS // 2, EXPERTS])
def test_english_on_the_processor(slots: int, texts: Texts) -> None:
    assert texts.same(moe_model(), slots, 1, ENGLISH).tokens >= ENGLISH - 1


def test_english_on_a_worker(texts: Texts, worker: Worker) -> None:
    told = texts.same(moe_model(), EXPERTS // 2, 1, ENGLISH, device=WORKER, workers=[worker.address])
    assert told.moved_bytes > 0


def test_four_conversations_in_english(texts: Texts) -> None:
    told = texts.same(moe_model(), EXPERTS // 2, 4, ENGLISH // 2)
    assert told.tokens >= 4 * (ENGLISH // 2 - 1)
