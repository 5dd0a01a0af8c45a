"""Experts that stay in the file: what a model computes with slots in RAM, however few, is what it computes whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from gguf import GGMLQuantizationType as Type

from engine.errors import ErrorInfo
from engine.expert_cache.policy import Policy
from engine.gguf.reading import read_index
from engine.local import native
from engine.placement.plan import DISK
from tests.support.computing.greedy_texts import Texts, written
from tests.support.engines.rpc_worker import Worker
from tests.support.experts.cached import is_built
from tests.support.experts.expert_courses import Course, difference, random_course, token_by_token
from tests.support.experts.expert_logits import computed
from tests.support.experts.expert_policy import LFU, LRU, CachedExperts, Counters
from tests.support.experts.expert_run import CacheOption, running
from tests.support.models.expert_layers import KV_HEADS, WIDTH, attention, router, start
from tests.support.models.expert_models import LAYOUTS, QUANTISATIONS, expert_model
from tests.support.models.gguf_split import split_model
from tests.support.models.gguf_unaligned import unaligned_model
from tests.support.models.moe import moe_model
from tests.support.models.random_weights import RandomWeights
from tests.support.other_process import OtherProcess

pytestmark = [pytest.mark.long, pytest.mark.skipif(not is_built(), reason="set-up did not build the plugin")]

CLOSE = 1e-3
LARGE = 60
# Matrices of an expert, at most, and blocks of a disk that are read for their ends, at most.
_MATRICES, _BLOCK = 3, 4096
# That experts pass through, and layers use in turns.
ROOM = 16 << 20


def wish(name: str, slots: int, **changed: object) -> CacheOption:
    used = LAYOUTS[name].used
    wished = CacheOption(slots, used, bring_first=True, source=DISK, tokens=LARGE // used + 1, shared=ROOM)
    return wished._replace(**changed)


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
        read = counted.brought * _matrices(name)
        blocks = counted.brought * _MATRICES * 2 * _BLOCK  # the first and the last of each
        assert read <= counted.disk_bytes <= read + blocks


def _matrices(name: str) -> int:
    """Bytes of the matrices of an expert, which are as large in all layers."""
    beginning = f"blk.{LAYOUTS[name].layers[0]}."
    return sum(
        tensor.bytes // tensor.shape[-1]
        for tensor in read_index(expert_model(name)).tensors
        if tensor.name.startswith(beginning) and tensor.name.endswith("_exps.weight")
    )


@pytest.mark.parametrize("quantisation", QUANTISATIONS)
def test_types(quantisation: str, child: OtherProcess) -> None:
    path = expert_model("qwen", quantisation)
    course = (*token_by_token(6, seed=3), sum(token_by_token(LARGE, seed=4), ()))
    plain = child.call(computed, path, course)
    told = child.call(computed, path, course, wish("qwen", LAYOUTS["qwen"].used))
    assert difference(plain.logits, told.logits) <= CLOSE


def test_experts_that_begin_anywhere_within_a_sector(child: OtherProcess, tmp_path: Path) -> None:
    path, layout, width = tmp_path / "model.gguf", LAYOUTS["mixtral"], 480
    file = RandomWeights(path, layout.architecture, Type.MXFP4, Type.MXFP4, 7)
    start(file, layout, len(layout.layers))
    file.facts(attention__head_count_kv=KV_HEADS, feed_forward_length=width)
    for number in layout.layers:
        layer = f"blk.{number}."
        attention(file, layer)
        file.norm(f"{layer}ffn_norm", WIDTH)
        router(file, layout, layer)
        for name, shape in (("gate", (width, WIDTH)), ("up", (width, WIDTH)), ("down", (WIDTH, width))):
            file.expert_matrices(f"{layer}ffn_{name}_exps", layout.experts, *shape)
    file.close()
    assert all(
        tensor.bytes // layout.experts % 512
        for tensor in read_index(path).tensors
        if tensor.name.endswith("_exps.weight")
    )
    course = (*token_by_token(6, seed=3), sum(token_by_token(LARGE, seed=4), ()), *token_by_token(4, seed=5))
    plain = child.call(computed, path, course)
    told = child.call(computed, path, course, wish("mixtral", layout.used + 1))
    assert difference(plain.logits, told.logits) <= CLOSE


@pytest.mark.parametrize("in_turns", [False, True])
@pytest.mark.parametrize("policy", [LRU, LFU, Policy(half_life=16.0), Policy(half_life=0.01)])
def test_counters_and_residents_are_those_of_the_policy_where_experts_pass_through_too(
    policy: Policy, in_turns: bool, child: OtherProcess
) -> None:
    layout = LAYOUTS["qwen"]
    course = (
        *token_by_token(60, seed=7),
        *(sum(token_by_token(LARGE, seed=seed), ()) for seed in range(3)),
        *random_course(40, 8, 4, seed=8),
    )
    for slots in (layout.used, 6, layout.experts - 1):
        wished = wish("qwen", slots, policy=policy, warm=(3, 5), in_turns=in_turns)
        told = child.call(computed, expert_model("qwen"), course, wished, watched="choices")
        expected = {layer: CachedExperts(slots, layout.experts, policy) for layer in layout.layers}
        for each in expected.values():
            each.warm(() if in_turns else (3, 5))
        owner = None
        for layer, rows in told.blocks:
            if in_turns:
                wants = None if expected[layer].passes(set(rows)) else layer
                if owner not in (None, wants):
                    expected[owner].empty()
                owner = wants
            expected[layer].block_from_disk(rows, in_turns=in_turns)
        counted = told.counters
        assert counted is not None
        total = sum((each.counters for each in expected.values()), Counters())
        names = Counters.__struct_fields__
        assert [getattr(counted, name) for name in names] == [getattr(total, name) for name in names]
        residents = (
            tuple(expert for expert in each.warm_experts if expert >= 0) for each in expected.values()
        )
        assert told.warm_experts == tuple(residents)


@pytest.mark.parametrize("name", LAYOUTS)
def test_layers_that_share_a_room(name: str, child: OtherProcess) -> None:
    used = LAYOUTS[name].used
    course = (*token_by_token(6, seed=3), sum(token_by_token(LARGE, seed=4), ()), *token_by_token(4, seed=5))
    plain = child.call(computed, expert_model(name), course)
    told = child.call(computed, expert_model(name), course, wish(name, used, in_turns=True))
    assert difference(plain.logits, told.logits) <= CLOSE
    assert told.counters is not None and told.counters.allocated == ROOM + wish(name, used).workspace


def test_a_model_in_several_files(child: OtherProcess, tmp_path: Path) -> None:
    first, *_ = split_model(expert_model("qwen"), tmp_path, 3)
    course = (*token_by_token(6, seed=3), sum(token_by_token(LARGE, seed=4), ()))
    plain = child.call(computed, expert_model("qwen"), course)
    told = child.call(computed, first, course, wish("qwen", LAYOUTS["qwen"].used))
    assert difference(plain.logits, told.logits) <= CLOSE


@pytest.mark.parametrize("in_turns", [False, True])
@pytest.mark.parametrize("quantisation", ["Q4_K", "F16"])
def test_tensors_that_lie_at_no_aligned_place(
    quantisation: str, in_turns: bool, child: OtherProcess, tmp_path: Path
) -> None:
    usual = expert_model("qwen", quantisation)
    path = unaligned_model(usual, tmp_path / "unaligned.gguf")
    course = (*token_by_token(6, seed=3), sum(token_by_token(LARGE, seed=4), ()))
    plain = child.call(computed, usual, course)
    told = child.call(computed, path, course, wish("qwen", LAYOUTS["qwen"].used, in_turns=in_turns))
    assert difference(plain.logits, told.logits) <= CLOSE
    assert told.counters is not None and told.counters.plain_blocks == 0


def test_steps_that_are_broken_off_and_a_thread_that_asks(child: OtherProcess) -> None:
    path, course = expert_model("qwen"), random_course(30, 4, 4, seed=20)
    plain = child.call(computed, path, course)
    told = child.call(computed, path, course, wish("qwen", 5), stops=30, asked=True)
    assert told.stopped > len(course) // 3
    assert difference(plain.logits, told.logits) <= CLOSE


@pytest.mark.parametrize("name", ["mixtral", "gpt-oss", "deepseek"])
def test_a_device_that_computes_everything_else(name: str, child: OtherProcess, worker: Worker) -> None:
    layout, path = LAYOUTS[name], expert_model(name)
    course = (
        *token_by_token(6, seed=3),
        *random_course(6, 8, 3, seed=2),
        sum(token_by_token(LARGE, seed=4), ()),
    )
    wished = wish(name, layout.used, worker=worker.address)
    plain = child.call(computed, path, course, worker=worker.address)
    told = child.call(computed, path, course, wished, worker=worker.address)
    assert difference(plain.logits, told.logits) <= CLOSE
    assert told.layers == layout.layers
    assert told.counters is not None and told.counters.plain_blocks == 0 < told.counters.disk_bytes


@pytest.mark.model
@pytest.mark.long
def test_english_comes_out_bit_by_bit_as_without(child: OtherProcess) -> None:
    texts = Texts(child)
    for slots, tokens in ((3, 4), (4, 64)):
        texts.same(moe_model(), slots, 1, 40, source=DISK, tokens=tokens)
    plain = texts.plain(moe_model(), 1, 40)
    told = child.call(written, moe_model(), 4, 1, 40, source=DISK, tokens=16, in_turns=True)
    assert (told.tokens, told.digest) == (plain.tokens, plain.digest)


# --- what may happen to a file: in the child, where it is open --------------------------------------------


def _descriptors(path: Path) -> list[int]:
    """Those that the floor has of a file: it opens it once for each way to read."""
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the listing's own is gone
            found += [int(entry.name)] if entry.samefile(path) else []
    return sorted(found)


@contextmanager
def _unreadable(path: Path, numbers: list[int]) -> Iterator[None]:
    """Whatever reads by these descriptors fails."""
    kept = [os.dup(number) for number in numbers]
    closed = os.open(path, os.O_WRONLY)
    for number in numbers:
        os.dup2(closed, number)
    yield
    for number, old in zip(numbers, kept, strict=True):
        os.dup2(old, number)
    for number in (closed, *kept):
        os.close(number)


@contextmanager
def _shortened(path: Path, _: list[int]) -> Iterator[None]:
    state, whole = path.stat(), path.read_bytes()
    os.truncate(path, len(whole) // 2)
    yield
    path.write_bytes(whole)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def _failing(path: Path, fault: Callable[[Path, list[int]], Any], course: Course) -> tuple[int, Any, float]:
    """What a step gives that meets a fault, and why; then how far all steps after it are from those of a model that
    met none."""
    used = LAYOUTS["qwen"].used
    with running(path, wish("qwen", used)) as model:
        numbers = _descriptors(path)
        assert len(numbers) == 2
        with fault(path, numbers):
            code = model._decoded(course[0])
            failure = native.floor_failure()
        model._places = [0] * len(model._places)
        native.forget_all(model._context)
        after = [model.step(step) for step in course]
    with running(path, wish("qwen", used)) as model:
        plain = [model.step(step) for step in course]
    return code, failure, max(difference(*each) for each in zip(plain, after, strict=True))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are listed nowhere")
@pytest.mark.parametrize(("fault", "code"), [(_unreadable, "disk.read"), (_shortened, "disk.changed")])
def test_a_file_that_cannot_be_read_ends_the_step_and_nothing_else(
    fault: Any, code: str, child: OtherProcess, tmp_path: Path
) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(expert_model("qwen").read_bytes())
    result, failure, apart = child.call(_failing, path, fault, token_by_token(8, seed=3))
    assert result < 0 and failure == ErrorInfo(code, {"path": str(path)})
    assert apart <= CLOSE


def _read_plainly(path: Path, course: Course) -> Any:
    with running(path, wish("qwen", LAYOUTS["qwen"].used)) as model:
        direct = max(_descriptors(path))
        with _unreadable(path, [direct]):
            return [model.step(step) for step in course]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are listed nowhere")
def test_a_file_system_without_direct_reads_is_read_through_the_page_cache(
    child: OtherProcess, tmp_path: Path
) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(expert_model("qwen").read_bytes())
    course = token_by_token(8, seed=3)
    plain = child.call(computed, path, course).logits
    told = child.call(_read_plainly, path, course)
    assert max(difference(one[None], other) for one, other in zip(plain, told, strict=True)) <= CLOSE
