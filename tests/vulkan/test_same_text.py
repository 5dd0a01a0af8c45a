"""What a model writes with a cache of experts is what it writes without: the whole table for the model that writes
English, on the processor, a worker and a Vulkan device, and small models on that device.

A Vulkan device adds in another order than the processor and does not round activations to eight bits, so greedy texts
part at close choices wherever experts lie. Where it computes all of them, text and logits are bit by bit those of the
model that lies on the device whole, without a cache; where the processor shares the work, they are close to its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.placement.plan import Misses
from tests.support.computing.greedy_judge import CLOSE
from tests.support.computing.greedy_texts import Texts, followed
from tests.support.engines.rpc_worker import Worker, rpc_worker
from tests.support.models.expert_models import LAYOUTS, expert_model
from tests.support.models.moe import EXPERTS, EXPERTS_USED, moe_model
from tests.support.other_process import OtherProcess, remote_servers

DEVICE, WORKER = "Vulkan0", "RPC0"
LENGTH = 200
CONVERSATIONS = (1, 4)
MISSES: tuple[Misses, ...] = ("computed", "brought")
SOME = (EXPERTS_USED, EXPERTS // 2, EXPERTS)
TIE = 0.01
# A processor that draws a graphics card takes seconds for a token.
PATIENCE = 1200.0
# Prompts are read in steps that the cache takes, one token at a time, so that all of a text is the device's.
SLOWLY = 1
# Every expert that is used.
COMPUTES: dict[str, Any] = {"device": DEVICE, "misses": "brought", "reading": SLOWLY}

pytestmark = pytest.mark.timeout(2 * PATIENCE)


@pytest.fixture(scope="module")
def child() -> Iterator[OtherProcess]:
    with remote_servers(PATIENCE) as child:
        yield child


@pytest.fixture(scope="module")
def texts(child: OtherProcess) -> Texts:
    return Texts(child)


@pytest.fixture(scope="module")
def texts_beside_a_worker() -> Iterator[Texts]:
    """In a process of their own: one that met a worker has its device ever after, and plans with it."""
    with remote_servers(PATIENCE) as child:
        yield Texts(child)


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with rpc_worker() as worker:
        yield worker


@pytest.mark.parametrize("misses", MISSES)
@pytest.mark.parametrize("conversations", CONVERSATIONS)
@pytest.mark.parametrize("slots", range(EXPERTS_USED, EXPERTS + 1))
def test_english_on_the_processor(slots: int, conversations: int, misses: Misses, texts: Texts) -> None:
    told = texts.same(moe_model(), slots, conversations, LENGTH, misses=misses)
    assert told.tokens >= conversations * (LENGTH - 1)


@pytest.mark.parametrize("misses", MISSES)
@pytest.mark.parametrize("conversations", CONVERSATIONS)
@pytest.mark.parametrize("slots", SOME)
def test_english_on_a_worker(
    slots: int, conversations: int, misses: Misses, texts_beside_a_worker: Texts, worker: Worker
) -> None:
    workers = [worker.address]
    placed = {"device": WORKER, "workers": workers, "misses": misses}
    told = texts_beside_a_worker.same(moe_model(), slots, conversations, LENGTH, **placed)
    assert told.moved_bytes > 0


@pytest.mark.parametrize("kind", ["Q8_0", "F16"])
@pytest.mark.parametrize("layout", ["mixtral", "qwen"])
def test_one_conversation_that_the_device_computes(layout: str, kind: str, texts: Texts) -> None:
    path, fewest, experts = expert_model(layout, kind), LAYOUTS[layout].used, LAYOUTS[layout].experts
    plain = texts.plain(path, 1, LENGTH, mode="resident", reading=SLOWLY)
    for slots in (fewest, experts // 2, experts):
        cached = texts.cached(path, slots, 1, LENGTH, mode="cached", **COMPUTES)
        assert (cached.tokens, cached.digest) == (plain.tokens, plain.digest)


@pytest.mark.parametrize("kind", ["Q8_0", "F16"])
@pytest.mark.parametrize("layout", ["mixtral", "qwen"])
def test_four_conversations_that_the_device_computes(layout: str, kind: str, child: OtherProcess) -> None:
    """With as many slots as experts: fewer do not hold what four tokens want at once, and leave some to the CPU. The
    device takes another way for rows of four tokens than for those of one, so a tie may be broken otherwise."""
    path, experts = expert_model(layout, kind), LAYOUTS[layout].experts
    told = child.call(followed, path, experts, 4, LENGTH, resident=DEVICE, **COMPUTES)
    assert told.difference <= 1e-3
    assert max(told.leads, default=0.0) <= TIE


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("conversations", CONVERSATIONS)
@pytest.mark.parametrize("layout", ["mixtral", "qwen"])
def test_texts_that_the_device_and_the_processor_compute(
    layout: str, conversations: int, threads: int, child: OtherProcess
) -> None:
    """Weights in half floats, for which the processor does not round activations. With four threads one of them
    brings experts to the device meanwhile."""
    path, fewest, experts = expert_model(layout, "F16"), LAYOUTS[layout].used, LAYOUTS[layout].experts
    for slots in (fewest, experts // 2, experts):
        told = child.call(followed, path, slots, conversations, LENGTH, device=DEVICE, threads=threads)
        assert max(told.leads, default=0.0) <= CLOSE
        assert len(told.leads) <= conversations * LENGTH // 50


@pytest.mark.parametrize("slots", [EXPERTS_USED, EXPERTS])
def test_english_that_the_device_computes(slots: int, texts: Texts) -> None:
    plain = texts.plain(moe_model(), 1, LENGTH, mode="resident", reading=SLOWLY)
    cached = texts.cached(moe_model(), slots, 1, LENGTH, mode="cached", **COMPUTES)
    assert (cached.tokens, cached.digest) == (plain.tokens, plain.digest)


@pytest.mark.parametrize("conversations", CONVERSATIONS)
def test_english_that_the_device_and_the_processor_compute(conversations: int, child: OtherProcess) -> None:
    count = LENGTH // conversations
    told = child.call(followed, moe_model(), EXPERTS // 2, conversations, count, device=DEVICE)
    assert max(told.leads, default=0.0) <= CLOSE
    assert len(told.leads) <= LENGTH // 10
