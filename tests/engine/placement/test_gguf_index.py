from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UserError
from engine.gguf.reading import read_index
from engine.gguf.summary import summarize
from engine.gguf.tensor_roles import EXPERT_TENSOR
from engine.values import Sampling
from tests.support.models.gguf_bytes import Row, gguf, key_f32, key_string, key_u32
from tests.support.models.moe import moe_model
from tests.support.models.starter import starter_model

ARCHITECTURE = key_string("general.architecture", "newmoe")


def write_part(folder: Path, number: int, count: int, rows: list[Row], claimed: int | None = None) -> Path:
    path = folder / f"big-{number:05d}-of-{count:05d}.gguf"
    keys = [
        ARCHITECTURE,
        key_u32("split.count", count),
        key_u32("split.no", number - 1 if claimed is None else claimed),
    ]
    path.write_bytes(gguf(keys, rows, 128 * len(rows)))
    return path


def code_of(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        read_index(path)
    return caught.value.code


def test_a_split_model_is_read_from_any_part(tmp_path: Path) -> None:
    parts = [write_part(tmp_path, number, 3, [Row(f"t{number}")]) for number in (1, 2, 3)]
    index = read_index(parts[1])
    assert index.path == parts[0]
    assert [tensor.name for tensor in index.tensors] == ["t1", "t2", "t3"]
    assert index.bytes == sum(part.stat().st_size for part in parts)


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    write_part(tmp_path, 1, 2, [Row("a")])
    with pytest.raises(UserError) as caught:
        read_index(tmp_path / "big-00001-of-00002.gguf")
    assert caught.value.code == "model.split_missing"
    assert str(caught.value.params["path"]).endswith("big-00002-of-00002.gguf")


def test_a_renamed_part_is_refused(tmp_path: Path) -> None:
    path = write_part(tmp_path, 1, 2, [Row("a")]).rename(tmp_path / "model.gguf")
    assert code_of(path) == "model.split_missing"


def test_parts_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    write_part(tmp_path, 1, 2, [Row("a")])
    assert code_of(write_part(tmp_path, 2, 2, [Row("b")], claimed=0)) == "model.damaged"
    assert code_of(write_part(tmp_path, 2, 2, [Row("a")])) == "model.damaged"


def test_routed_experts_count_by_the_share_a_token_uses(tmp_path: Path) -> None:
    keys = [ARCHITECTURE, key_u32("newmoe.expert_count", 8), key_u32("newmoe.expert_used_count", 2)]
    rows = [
        Row("token_embd.weight", (32,), 0, 0),
        Row("blk.0.ffn_gate_up_exps.weight", (32, 8), 0, 128),
        Row("blk.0.ffn_down_chexps.weight", (32, 8), 0, 1152),
        Row("blk.0.ffn_up_shexp.weight", (32,), 0, 2176),
    ]
    path = tmp_path / "moe.gguf"
    path.write_bytes(gguf(keys, rows, 2304))
    summary = summarize(read_index(path))
    assert summary.parameters == 32 + 256 + 256 + 32
    assert summary.active_parameters == 32 + 64 + 64 + 32
    assert summary.quantisation == "F32"
    assert summary.name == "moe"


@pytest.mark.parametrize(
    ("name", "routed"),
    [
        ("blk.3.ffn_up_exps.weight", True),
        ("blk.3.ffn_gate_exps.bias", True),
        ("blk.3.ffn_gate_inp.weight", False),
        ("blk.3.ffn_down_shexp.weight", False),
        ("blk.3.ffn_down.weight", False),
    ],
)
def test_routed_experts_are_known_by_their_names(name: str, routed: bool) -> None:
    assert bool(EXPERT_TENSOR.search(name)) is routed


def test_the_makers_sampling_is_read(tmp_path: Path) -> None:
    keys = [
        ARCHITECTURE,
        key_f32("general.sampling.temp", 0.5),
        key_u32("general.sampling.top_k", 20),
        key_f32("general.sampling.top_p", float("nan")),
        key_string("general.sampling.min_p", "much"),
    ]
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf(keys))
    assert summarize(read_index(path)).sampling == Sampling(temperature=0.5, top_k=20)


def test_weights_that_contradict_the_claimed_mixture_are_believed(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    for claimed, name in ((0, "Q8_0"), (7, "Q8_0"), (1024 + 15, "Q4_K_M"), (999, "Q8_0")):
        path.write_bytes(
            gguf([ARCHITECTURE, key_u32("general.file_type", claimed)], [Row("a", (32,), 8)], 34)
        )
        assert summarize(read_index(path)).quantisation == name


def test_the_starter_model_is_what_its_makers_say() -> None:
    summary = summarize(read_index(starter_model()))
    assert summary.architecture == "llama"
    assert summary.context_length == 8192
    assert summary.parameters == summary.active_parameters == 134_515_008
    assert (summary.experts, summary.experts_used) == (0, 0)
    assert summary.chat_template.startswith("{% for message in messages %}")


@pytest.mark.model
def test_the_upcycled_model_has_eight_experts_and_reads_two() -> None:
    dense = summarize(read_index(starter_model()))
    summary = summarize(read_index(moe_model()))
    assert (summary.experts, summary.experts_used) == (8, 2)
    routers = 30 * 8 * 576
    feed_forward = (summary.parameters - routers - dense.parameters) // 7
    assert summary.active_parameters == dense.parameters + routers + feed_forward
