"""Slots on a card above those in RAM, of experts that stay in the file: what is computed is what the model computes
whole, and what is where is what the policy says. A worker stands in the card's place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.errors import ErrorInfo
from engine.expert_cache.policy import Policy
from engine.local import native
from engine.placement.plan import DISK
from tests.support.engines.rpc_worker import Worker
from tests.support.experts.cached import is_built
from tests.support.experts.expert_courses import (
    Course,
    difference,
    random_course,
    side_by_side,
    token_by_token,
)
from tests.support.experts.expert_logits import computed
from tests.support.experts.expert_policy import LFU, LRU, Counters, TwoFloors
from tests.support.experts.expert_run import CacheOption, Manner, running
from tests.support.models.expert_models import LAYOUTS, QUANTISATIONS, expert_model
from tests.support.other_process import OtherProcess

pytestmark = [pytest.mark.long, pytest.mark.skipif(not is_built(), reason="set-up did not build the plugin")]

CLOSE = 1e-3
LARGE, SMALL = 60, 8
# That experts pass through.
ROOM = 16 << 20


def wish(name: str, worker: Worker, **changed: object) -> CacheOption:
    used = LAYOUTS[name].used
    option = CacheOption(
        used, used, worker=worker.address, bring_first=True, source=DISK, tokens=_tokens(name), shared=ROOM
    )
    return option._replace(above=used, policy=Policy(half_life=16.0), upload_beside=True)._replace(**changed)


def _tokens(name: str) -> int:
    """As many as never divide the rows of one expert, which may change how these are summed up."""
    return LARGE // LAYOUTS[name].used + 1


def course(seed: int) -> Course:
    return (
        *token_by_token(12, seed=seed),
        *side_by_side(3, seed=1),
        *random_course(4, SMALL, 3, seed=2),
        sum(token_by_token(LARGE, seed=seed + 2), ()),
        *token_by_token(6, seed=seed + 3),
    )


@pytest.mark.parametrize("name", LAYOUTS)
def test_steps_of_any_size_are_computed_as_with_all_experts(
    name: str, child: OtherProcess, worker: Worker
) -> None:
    layout, path, steps = LAYOUTS[name], expert_model(name), course(3)
    plain = child.call(computed, path, steps, worker=worker.address)
    for slots in (layout.used, layout.experts // 2):
        wished = wish(name, worker, slots=slots, above=layout.experts // 2)
        told = child.call(computed, path, steps, wished, worker=worker.address)
        assert difference(plain.logits, told.logits) <= CLOSE
        counted = told.counters
        assert counted is not None and counted.plain_blocks == 0
        assert 0 < counted.above_hits <= counted.hits < counted.uses
        assert counted.above_brought > 0 < counted.above_allocated


@pytest.mark.parametrize("quantisation", QUANTISATIONS)
def test_types(quantisation: str, child: OtherProcess, worker: Worker) -> None:
    path, steps = expert_model("qwen", quantisation), course(5)
    plain = child.call(computed, path, steps, worker=worker.address)
    told = child.call(computed, path, steps, wish("qwen", worker), worker=worker.address)
    assert difference(plain.logits, told.logits) <= CLOSE
    assert told.counters is not None and told.counters.above_hits > 0


def test_steps_that_are_broken_off_and_a_thread_that_asks(child: OtherProcess, worker: Worker) -> None:
    path, steps = expert_model("qwen"), random_course(20, 4, 4, seed=20)
    plain = child.call(computed, path, steps, worker=worker.address)
    told = child.call(
        computed, path, steps, wish("qwen", worker), worker=worker.address, stops=30, asked=True
    )
    assert told.stopped > len(steps) // 3
    assert difference(plain.logits, told.logits) <= CLOSE


def _failing(path: Path, wished: CacheOption, steps: Course) -> tuple[int, object, object, float]:
    """What a step gives whose experts cannot be read, why, what the card had lost after it, and how far all steps
    after that are from those of a model that met no fault."""
    how = Manner(worker=wished.worker)
    with running(path, wished, how=how) as model:
        for step in steps[:4]:
            model.step(step)
        before = [row[: wished.above] for row in model.warm_experts()]
        with shortened(path):
            code = model._decoded(sum(token_by_token(LARGE, seed=9), ()))
            failure = native.floor_failure()
        lost = before != [row[: wished.above] for row in model.warm_experts()]
        model._places = [0] * len(model._places)
        native.forget_all(model._context)
        after = [model.step(step) for step in steps]
    with running(path, wished, how=how) as model:
        plain = [model.step(step) for step in steps]
    return code, failure, lost, max(difference(*each) for each in zip(plain, after, strict=True))


def test_a_step_that_fails_leaves_the_card_as_it_was(
    child: OtherProcess, worker: Worker, tmp_path: Path
) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(expert_model("qwen").read_bytes())
    result, failure, lost, apart = child.call(_failing, path, wish("qwen", worker), token_by_token(8, seed=3))
    assert result < 0 and failure == ErrorInfo("disk.changed", {"path": str(path)})
    assert not lost and apart <= CLOSE


@contextmanager
def shortened(path: Path) -> Iterator[None]:
    state, whole = path.stat(), path.read_bytes()
    os.truncate(path, len(whole) // 2)
    yield
    path.write_bytes(whole)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


@pytest.mark.parametrize("policy", [LRU, LFU, Policy(half_life=16.0), Policy(half_life=0.5)])
def test_counters_and_residents_are_those_of_the_policy(
    policy: Policy, child: OtherProcess, worker: Worker
) -> None:
    layout, path = LAYOUTS["qwen"], expert_model("qwen")
    steps = (*course(7), *course(17), *token_by_token(30, seed=8))
    warm = tuple(range(layout.experts - 1, -1, -1))
    for above, slots in ((layout.used, layout.used), (5, 6), (layout.experts, layout.used + 1)):
        wished = wish("qwen", worker, slots=slots, above=above, policy=policy, warm=warm)
        told = child.call(computed, path, steps, wished, worker=worker.address, watched="choices")
        expected = {layer: TwoFloors(above, slots, layout.experts, policy) for layer in layout.layers}
        for each in expected.values():
            each.warm(warm)
        for layer, rows in told.blocks:
            expected[layer].block(rows, on_card=len(rows) <= _tokens("qwen") * layout.used)
        counted = told.counters
        assert counted is not None
        total = sum((each.below.counters for each in expected.values()), Counters())
        names = Counters.__struct_fields__
        assert [getattr(counted, name) for name in names] == [getattr(total, name) for name in names]
        card = sum((each.above.counters for each in expected.values()), Counters())
        assert (counted.above_brought, counted.above_evicted) == (card.brought, card.evicted)
        assert counted.above_hits == sum(each.above_hits for each in expected.values())
        residents = (
            tuple(expert for expert in each.warm_experts if expert >= 0) for each in expected.values()
        )
        assert told.warm_experts == tuple(residents)
