from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from engine.gguf.gguf_file import GgufFile, Tensor
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.reading import read_index
from engine.gguf.summary import summarize
from engine.gguf.tensor_index import CacheLayer, tensor_index
from tests.support.models.gguf_headers import moe_header
from tests.support.models.moe import moe_model
from tests.support.models.published_models import PUBLISHED
from tests.support.models.starter import starter_model


def made(keys: dict[str, Any], *tensors: tuple[str, tuple[int, ...]], architecture: str = "new") -> GgufIndex:
    """An index of F32 tensors, without a file."""
    metadata = {"general.architecture": architecture}
    metadata |= {f"{architecture}.{key}": value for key, value in keys.items()}
    rows = []
    for name, shape in tensors:
        row = Tensor(name, shape, "F32", 0, 0)
        rows.append(Tensor(name, shape, "F32", 0, 4 * row.elements))
    return GgufIndex((GgufFile(Path("made.gguf"), 0, metadata, tuple(rows), {}),))


def attention_layers(count: int) -> list[tuple[str, tuple[int, ...]]]:
    return [(f"blk.{number}.attn_output.weight", (4, 4)) for number in range(count)]


def test_experts_count_by_kind_with_their_biases_scales_and_chunks() -> None:
    index = tensor_index(
        made(
            {"block_count": 1, "expert_count": 8, "expert_used_count": 2},
            ("blk.0.ffn_gate_up_exps.weight", (4, 2, 8)),
            ("blk.0.ffn_gate_up_exps.bias", (2, 8)),
            ("blk.0.ffn_down_exps.weight", (2, 4, 8)),
            ("blk.0.ffn_down_exps.scale", (8,)),
            ("blk.0.ffn_down_chexps.weight", (2, 2, 4)),
            ("blk.0.ffn_down_shexp.weight", (4, 4)),
            ("blk.0.ffn_gate_inp_shexp.weight", (4,)),
        )
    )
    assert index.layers[0].experts == {"gate_up": 4 * (64 + 16), "down": 4 * (64 + 8 + 16)}
    assert (index.layers[0].shared_expert, index.layers[0].router) == (64, 16)
    assert index.shared_experts == 1
    assert index.active_parameters == (64 + 16 + 64 + 8 + 16) // 4 + 16 + 4


def test_the_share_of_experts_used_may_differ_from_layer_to_layer() -> None:
    index = tensor_index(
        made(
            {"block_count": 2, "expert_count": 8, "expert_used_count": (1, 4)},
            ("blk.0.ffn_up_exps.weight", (4, 2, 8)),
            ("blk.1.ffn_up_exps.weight", (4, 2, 8)),
        )
    )
    assert index.experts_used == 4
    assert index.active_parameters == 64 // 8 + 64 // 2


def test_an_output_that_is_the_embedding_is_counted_on_both_sides() -> None:
    table = ("token_embd.weight", (4, 10))
    tied = tensor_index(made({}, table))
    assert (tied.output_tied, tied.embedding_bytes, tied.output_bytes, tied.bytes) == (True, 160, 160, 160)
    untied = tensor_index(made({}, table, ("output.weight", (4, 10))))
    assert (untied.output_tied, untied.output_bytes, untied.bytes) == (False, 160, 320)
    assert untied.vocabulary == 10


def test_layers_for_prediction_are_neither_layers_nor_active() -> None:
    index = tensor_index(
        made(
            {"block_count": 2, "nextn_predict_layers": 1, "expert_count": 2, "expert_used_count": 1},
            ("blk.0.attn_q.weight", (4, 4)),
            ("blk.1.attn_q.weight", (4, 4)),
            ("blk.1.nextn.eh_proj.weight", (8, 4)),
            ("blk.1.ffn_up_exps.weight", (4, 4, 2)),
        )
    )
    assert (len(index.layers), index.mtp_layers) == (1, 1)
    assert index.mtp_bytes == 4 * (16 + 32 + 32)
    assert index.active_parameters == 16
    assert index.expert_bytes == 0


def test_a_file_that_does_not_count_its_layers_has_those_of_its_tensors() -> None:
    assert len(tensor_index(made({}, ("blk.3.attn_q.weight", (4,)))).layers) == 4
    assert tensor_index(made({})).layers == ()


def test_heads_may_differ_from_layer_to_layer() -> None:
    keys = {
        "block_count": 3,
        "embedding_length": 64,
        "attention.head_count": (8, 4, 8),
        "attention.head_count_kv": (4, 2, 0),
    }
    cache = tensor_index(made(keys, *attention_layers(3))).cache
    assert cache == (CacheLayer(32, 32), CacheLayer(32, 32), CacheLayer())


def test_heads_of_k_and_v_are_all_heads_when_the_file_does_not_say() -> None:
    keys = {"block_count": 1, "embedding_length": 64, "attention.head_count": 8, "attention.key_length": 16}
    assert tensor_index(made(keys, *attention_layers(1))).cache == (CacheLayer(128, 64),)


HEADS = {"block_count": 4, "embedding_length": 8, "attention.head_count": 1, "attention.sliding_window": 32}


@pytest.mark.parametrize(
    ("architecture", "keys", "windows"),
    [
        ("new", {}, [0, 0, 0, 0]),
        ("new", {"attention.sliding_window_pattern": (True, True, False, True)}, [32, 32, 0, 32]),
        ("new", {"attention.sliding_window_pattern": (True,)}, [32, 0, 0, 0]),
        ("gpt-oss", {}, [32, 0, 32, 0]),
        ("gpt-oss", {"attention.sliding_window_pattern": 4}, [32, 32, 32, 0]),
        ("gpt-oss", {"attention.sliding_window_pattern": 0}, [32, 32, 32, 32]),
        ("smallthinker", {}, [0, 32, 32, 32]),
        ("llama4", {"attention.sliding_window": None}, [8192, 8192, 8192, 0]),
        ("llama4", {"attention.sliding_window": 0}, [0, 0, 0, 0]),
    ],
)
def test_windows_follow_the_pattern_of_the_file_or_of_llama_cpp(
    architecture: str, keys: dict[str, Any], windows: list[int]
) -> None:
    merged = {key: value for key, value in (HEADS | keys).items() if value is not None}
    cache = tensor_index(made(merged, *attention_layers(4), architecture=architecture)).cache
    assert [layer.window for layer in cache] == windows


def test_layers_that_share_the_cache_of_others_keep_none() -> None:
    cache = tensor_index(made(HEADS | {"attention.shared_kv_layers": 3}, *attention_layers(4))).cache
    assert [layer.k for layer in cache] == [8, 0, 0, 0]


@pytest.mark.parametrize(
    ("name", "keys", "elements"),
    [
        ("shortconv.conv.weight", {"shortconv.l_cache": 3}, 8 * 2),
        ("time_mix_w1.weight", {"wkv.head_size": 4}, 8 * 2 + 8 * 4),
        ("ssm_conv1d_q.weight", {"kda.head_dim": 4, "ssm.conv_kernel": 4}, 3 * 3 * 8 + 4 * 4 * 2),
        (
            "ssm_in.weight",
            {"ssm.conv_kernel": 4, "ssm.inner_size": 16, "ssm.state_size": 2, "ssm.group_count": 1},
            3 * 20 + 32,
        ),
    ],
)
def test_a_recurrent_layer_remembers_a_state_and_no_tokens(
    name: str, keys: dict[str, Any], elements: int
) -> None:
    all_keys = {"block_count": 1, "embedding_length": 8, "attention.head_count": 2} | keys
    cache = tensor_index(made(all_keys, (f"blk.0.{name}", (4,)))).cache
    assert cache == (CacheLayer(recurrent_bytes=4 * elements),)


def test_a_layer_may_have_a_state_and_attention() -> None:
    keys = {"block_count": 1, "embedding_length": 8, "attention.head_count": 2, "ssm.inner_size": 16}
    keys |= {"ssm.state_size": 2}
    names = ("blk.0.ssm_in.weight", "blk.0.attn_k.weight", "blk.0.attn_output.weight")
    index = tensor_index(made(keys, *((name, (4,)) for name in names)))
    assert index.cache == (CacheLayer(8, 8, 0, 4 * 32),)


def test_linear_attention_without_weights_of_its_own_is_told_by_the_metadata() -> None:
    keys: dict[str, Any] = {"block_count": 2, "embedding_length": 8, "attention.head_count": 2}
    keys |= {"attention.key_length": 4, "attention.recurrent_layers": (True, False)}
    cache = tensor_index(made(keys, *attention_layers(2))).cache
    assert cache == (CacheLayer(recurrent_bytes=4 * 2 * 16), CacheLayer(8, 8))


def test_the_summary_agrees_with_the_index() -> None:
    for model in PUBLISHED.values():
        summary, index = summarize(model.gguf()), model.index()
        assert (summary.parameters, summary.active_parameters) == (index.parameters, index.active_parameters)
        assert (summary.experts, summary.experts_used) == (index.experts, index.experts_used)
        assert (summary.expert_bytes, summary.shared_experts) == (index.expert_bytes, index.shared_experts)


def test_a_header_of_61_layers_and_256_experts_is_read_and_sorted(tmp_path: Path) -> None:
    header, data = moe_header(PUBLISHED["DeepSeek-R1"].gguf(), 61)
    path = tmp_path / "model.gguf"
    path.write_bytes(header)
    os.truncate(path, len(header) + data)
    index = tensor_index(read_index(path))
    assert (len(index.layers), index.experts) == (61, 256)
    assert [bool(layer.experts) for layer in index.layers] == [False] * 3 + [True] * 58


def test_the_starter_model_is_sorted_to_the_last_byte() -> None:
    read = read_index(starter_model())
    index = tensor_index(read)
    assert index.bytes == sum(tensor.bytes for tensor in read.tensors)
    dense = sum(layer.dense_bytes for layer in index.layers)
    norm = next(tensor.bytes for tensor in read.tensors if tensor.name == "output_norm.weight")
    assert index.output_tied
    assert index.output_bytes == index.embedding_bytes + norm
    assert dense + index.embedding_bytes + norm == index.bytes
    assert index.cache == (CacheLayer(192, 192),) * 30


@pytest.mark.model
def test_the_upcycled_model_reads_a_quarter_of_its_experts() -> None:
    index = tensor_index(read_index(moe_model()))
    assert set(index.layers[0].experts) == {"up", "gate", "down"}
    dense = sum(layer.dense_bytes for layer in index.layers) + index.output_bytes
    assert index.active_bytes_per_token == dense + index.expert_bytes // 4
