"""Which models are laid out anew for the processor."""

from pathlib import Path

import msgspec
import pytest

from engine.gguf.gguf_file import GgufFile, Tensor
from engine.gguf.gguf_index import GgufIndex
from engine.local.native.layouts import proof
from engine.local.repack import speeds
from engine.local.repack.choice import for_model, must_not_repack
from engine.local.repack.speeds import LayoutSpeed, LayoutSpeeds, kept_speeds, loses, measure_speeds
from engine.placement.plan import RAM, Machine, PlacementOptions
from engine.placement.planner import plan
from tests.support.placement.machines import GB, gpu, ram, small_index

TIED = msgspec.structs.replace(small_index(tied=True), output_type="Q4_K")
MACHINE = Machine(ram(8 * GB), repacks=("Q4_K",))
BUILD = ("1.0", "AVX2")


def idle() -> float:
    return 0.0


def file(*tensors: tuple[str, tuple[int, ...], str, int], **metadata: int) -> GgufIndex:
    rows = tuple(Tensor(name, shape, kind, 0, size) for name, shape, kind, size in tensors)
    return GgufIndex((GgufFile(Path("a.gguf"), 0, {"general.architecture": "x", **metadata}, rows, {}),))


def gains(kind: str, times: float, *, experts: bool = False) -> LayoutSpeed:
    return LayoutSpeed(kind, experts, "CPU_REPACK", times, 1.0, times, 1.0)


def test_a_tied_table_is_counted_twice_where_its_type_has_a_layout_of_its_own() -> None:
    options = PlacementOptions(512)
    anew, other = (plan(TIED, each, options) for each in (MACHINE, Machine(ram(8 * GB), repacks=("Q8_0",))))
    assert anew.bytes[RAM].model - other.bytes[RAM].model == TIED.embedding_bytes > 0
    assert anew.placement.repack and other.placement.repack
    without = plan(TIED, MACHINE, options.without_repack())
    assert without.bytes == other.bytes and not without.placement.repack
    assert [notice.code for notice in without.notices] == ["plan.conceded_repack"]


def test_weights_that_are_paged_or_cached_stay_as_they_are_in_the_file() -> None:
    index = small_index()
    whole = plan(index, MACHINE, PlacementOptions(512))
    small = {RAM: whole.bytes[RAM].total - index.expert_bytes // 2}
    paged = plan(index, MACHINE, PlacementOptions(512, budgets=small))
    assert whole.placement.repack and paged.paged and not paged.placement.repack
    cards = msgspec.structs.replace(MACHINE, devices=(gpu(GB),), caches=True)
    cached = plan(index, cards, PlacementOptions(512, mode="cached"))
    assert cached.placement.expert_cache and not cached.placement.repack


def test_matrices_that_lie_one_behind_the_other_are_not_laid_out_by_what_sees_the_first_alone() -> None:
    stacked = file(("blk.0.attn_k_b.weight", (128, 512, 16), "Q8_0", 8))
    assert must_not_repack(stacked, ("Q8_0",), alone=True)
    assert not must_not_repack(stacked, (), alone=True)
    assert not must_not_repack(stacked, ("Q4_K",), alone=True)
    assert not must_not_repack(
        file(("blk.0.ffn_up_exps.weight", (128, 512, 16), "Q8_0", 8)), ("Q8_0",), alone=False
    )
    assert not must_not_repack(file(("blk.0.attn_k.weight", (128, 512), "Q8_0", 8)), ("Q8_0",), alone=False)


def test_matrices_with_rows_of_one_block_are_left_as_they_are() -> None:
    short = file(("blk.0.attn_q.weight", (32, 64), "Q4_0", 8))
    assert must_not_repack(short, ("Q4_0",), alone=True) and not must_not_repack(short, ("Q8_0",), alone=True)


@pytest.mark.parametrize("state", ["ssm_out", "shortconv.in_proj", "time_mix_key"])
def test_states_of_several_answers_are_not_multiplied_by_what_sees_the_first_alone(state: str) -> None:
    hybrid = file(("blk.0.attn_q.weight", (64, 64), "F16", 8), (f"blk.1.{state}.weight", (64, 64), "F16", 8))
    assert must_not_repack(hybrid, ("Q8_0",), alone=False)
    assert not must_not_repack(hybrid, ("Q8_0",), alone=True) and not must_not_repack(hybrid, (), alone=False)


@pytest.mark.model
@pytest.mark.parametrize("wrong", [(), ("Q4_K",)])
def test_products_that_come_out_wrong_keep_weights_as_they_are(
    wrong: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[set[str]] = []
    order: list[str] = []

    def compared(types: set[str]) -> tuple[str, ...]:
        tried.append(types)
        order.append("compared")
        return wrong

    monkeypatch.setattr(proof, "miscomputed", compared)
    model = file(("blk.0.attn_q.weight", (256, 8), "Q4_K", 8), ("blk.0.ffn_up.weight", (8, 8), "F32", 8))
    machine, _ = for_model(model, MACHINE, PlacementOptions(512), "", lambda: order.append("told"))
    assert machine.repacks == (() if wrong else MACHINE.repacks)
    assert tried == [{"Q4_K"}] and order == ["told", "compared"]
    for_model(model, MACHINE, PlacementOptions(512).without_repack(), "")
    assert len(tried) == 1


def test_what_loses_for_the_whole_file_is_left_out() -> None:
    slow, fast = gains("Q2_K", 0.5), gains("Q4_K", 1.5)
    mixed = (("blk.0.ffn_up.weight", (8, 8), "Q2_K", 100), ("blk.0.ffn_down.weight", (8, 8), "Q4_K", 10))
    assert loses(file(*mixed), (slow, fast))
    assert not loses(file(*mixed), (fast,)) and not loses(file(*mixed), ())
    assert not loses(file(*mixed, ("blk.1.ffn_down.weight", (8, 8), "Q4_K", 400)), (slow, fast))


def test_of_experts_those_count_that_a_token_uses() -> None:
    mixture = file(
        ("blk.0.ffn_up_exps.weight", (8, 8, 8), "Q4_K", 80),
        ("blk.0.attn_q.weight", (8, 8), "Q4_K", 30),
        **{"x.expert_count": 8, "x.expert_used_count": 2},
    )
    assert not loses(mixture, (gains("Q4_K", 0.5, experts=True), gains("Q4_K", 1.5)))
    assert loses(mixture, (gains("Q4_K", 0.1, experts=True), gains("Q4_K", 1.1)))


def test_speeds_are_kept_for_one_machine_and_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = (gains("Q4_K", 2.0),)
    monkeypatch.setattr(speeds, "ask", lambda *_, **__: LayoutSpeeds(speeds=found))
    assert measure_speeds(MACHINE, BUILD, tmp_path, busy=lambda: 0.9) == ()
    assert kept_speeds(MACHINE, BUILD, tmp_path) == ()
    assert measure_speeds(MACHINE, BUILD, tmp_path, busy=idle) == found
    assert kept_speeds(MACHINE, BUILD, tmp_path) == found and kept_speeds(MACHINE, ("2.0",), tmp_path) == ()
    monkeypatch.setattr(speeds, "ask", None)
    assert measure_speeds(MACHINE, BUILD, tmp_path, busy=lambda: 0.9) == found


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff", b'{"key":"other"}'])
def test_damaged_speeds_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes) -> None:
    monkeypatch.setattr(speeds, "ask", lambda *_, **__: LayoutSpeeds(speeds=(gains("Q4_K", 2.0),)))
    measure_speeds(MACHINE, BUILD, tmp_path, busy=idle)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(damage)
    assert kept_speeds(MACHINE, BUILD, tmp_path) == ()


def test_a_processor_without_such_layouts_is_not_measured(tmp_path: Path) -> None:
    assert measure_speeds(Machine(ram(GB)), BUILD, tmp_path, busy=idle) == ()
