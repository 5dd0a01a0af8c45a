"""Published models as data: tensor tables made from their configurations, without a file.

Numbers are those of each model's `config.json` (`source`); names and shapes are what llama.cpp's converters
make of them. What the maker publishes stands beside: parameters, active parameters, size of a common file.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from engine.placement.gguf_file import GgufFile, Tensor
from engine.placement.gguf_index import GgufIndex
from engine.placement.tensor_index import TensorIndex, tensor_index
from tests.support.published_shapes import (
    Shapes,
    attention,
    dense_ffn,
    experts,
    gated_delta_net,
    latent_attention,
    mamba2,
    multi_token_prediction,
)
from tests.support.quantisation_schemes import Scheme, tensor_bytes, tensor_type


class Configuration(msgspec.Struct, frozen=True):
    """What a table is made of. `metadata` keys come without the architecture; `layer` gives the shapes of one
    layer by its number."""

    architecture: str
    layers: int
    width: int
    vocabulary: int
    context: int
    metadata: dict[str, Any]
    layer: Callable[[int], Shapes]
    tied: bool = False
    extra: Shapes = {}
    mtp_layers: int = 0


class PublishedModel(msgspec.Struct, frozen=True):
    """`parameters` and `active` as the maker says, `file_bytes` of a published file in `scheme` (0: none that
    was made by llama.cpp's present quantiser is known). `tables_left_out`: the maker's active parameters leave
    out the embedding (1), or embedding and output (2). `active_rounded`: said in whole billions only.
    """

    name: str
    source: str
    configuration: Configuration
    parameters: float
    active: float
    scheme: Scheme = "Q4_K_M"
    file_bytes: float = 0
    file_source: str = ""
    tables_left_out: int = 0
    active_rounded: bool = False

    def gguf(self, scheme: Scheme | None = None) -> GgufIndex:
        """The index that reading such a file would give."""
        return _gguf(self.configuration, scheme or self.scheme)

    def index(self, scheme: Scheme | None = None) -> TensorIndex:
        return _index(self.name, scheme or self.scheme)


def published_index(name: str, scheme: Scheme | None = None) -> TensorIndex:
    """The tensor index of one of `PUBLISHED` by its name, in its usual scheme or another."""
    return PUBLISHED[name].index(scheme)


@cache
def _index(name: str, scheme: Scheme) -> TensorIndex:
    return tensor_index(_gguf(PUBLISHED[name].configuration, scheme))


def _gguf(configuration: Configuration, scheme: Scheme) -> GgufIndex:
    width, vocabulary = configuration.width, configuration.vocabulary
    total = configuration.layers + configuration.mtp_layers
    rows: list[tuple[str, tuple[int, ...], int]] = [
        ("token_embd.weight", (width, vocabulary), -1),
        ("output_norm.weight", (width,), -1),
    ]
    if not configuration.tied:
        rows.append(("output.weight", (width, vocabulary), -1))
    rows += [(name, shape, -1) for name, shape in configuration.extra.items()]
    for number in range(total):
        rows += [
            (f"blk.{number}.{name}", shape, number) for name, shape in configuration.layer(number).items()
        ]
    keys = {
        "block_count": total,
        "embedding_length": width,
        "context_length": configuration.context,
        "vocab_size": vocabulary,
        "attention.layer_norm_rms_epsilon": 1e-6,
        **configuration.metadata,
    }
    if configuration.mtp_layers:
        keys["nextn_predict_layers"] = configuration.mtp_layers
    count = keys.get("expert_count", 0)
    tensors, offset = [], 0
    for name, shape, number in rows:
        kind = tensor_type(scheme, name, shape, number, total, count, tied=configuration.tied)
        size = tensor_bytes(kind, shape)
        tensors.append(Tensor(name, shape, kind, offset, size))
        offset += -(-size // 32) * 32
    architecture = configuration.architecture
    metadata = {"general.architecture": architecture} | {
        f"{architecture}.{key}": value for key, value in keys.items()
    }
    path = Path(f"{architecture}-{scheme}.gguf")
    return GgufIndex((GgufFile(path, offset, metadata, tuple(tensors), {}),))


def _heads(heads: int, kv_heads: Any, head: int) -> dict[str, Any]:
    return {
        "attention.head_count": heads,
        "attention.head_count_kv": kv_heads,
        "attention.key_length": head,
        "attention.value_length": head,
    }


def _deepseek_v3() -> Configuration:
    width, count, inner = 7168, 256, 2048

    def layer(number: int) -> Shapes:
        shapes = latent_attention(width, 128, 1536, 512, 128, 64, 128) | {"ffn_norm.weight": (width,)}
        if number < 3:
            return shapes | dense_ffn(width, 18432)
        return shapes | experts(width, inner, count, balanced=True) | dense_ffn(width, inner, "_shexp")

    metadata = {
        **_heads(128, 1, 576),
        "attention.value_length": 512,
        "attention.key_length_mla": 192,
        "attention.value_length_mla": 128,
        "attention.q_lora_rank": 1536,
        "attention.kv_lora_rank": 512,
        "leading_dense_block_count": 3,
        "feed_forward_length": 18432,
        "expert_feed_forward_length": inner,
        "rope.dimension_count": 64,
        "expert_count": count,
        "expert_used_count": 8,
        "expert_shared_count": 1,
    }
    return Configuration("deepseek2", 61, width, 129280, 163840, metadata, layer)


def _qwen3_moe(layers: int, width: int, heads: int, inner: int) -> Configuration:
    def layer(number: int) -> Shapes:
        return (
            attention(width, heads, 4, 128, norms=True)
            | {"ffn_norm.weight": (width,)}
            | experts(width, inner, 128)
        )

    metadata = {**_heads(heads, 4, 128), "expert_count": 128, "expert_used_count": 8}
    metadata["expert_feed_forward_length"] = inner
    return Configuration("qwen3moe", layers, width, 151936, 40960, metadata, layer)


def _gpt_oss(layers: int, count: int) -> Configuration:
    width = 2880

    def layer(number: int) -> Shapes:
        return (
            attention(width, 64, 8, 64, biases=True, output_bias=True)
            | {"attn_sinks.weight": (64,), "post_attention_norm.weight": (width,)}
            | experts(width, 2880, count, biases=True)
        )

    metadata = {
        **_heads(64, 8, 64),
        "attention.sliding_window": 128,
        "expert_feed_forward_length": 2880,
        "expert_count": count,
        "expert_used_count": 4,
    }
    return Configuration("gpt-oss", layers, width, 201088, 131072, metadata, layer)


def _glm_45_air() -> Configuration:
    width, count, inner, vocabulary = 4096, 128, 1408, 151552

    def layer(number: int) -> Shapes:
        shapes = attention(width, 96, 8, 128, biases=True) | {"post_attention_norm.weight": (width,)}
        if number < 1:
            return shapes | dense_ffn(width, 10944)
        shapes |= experts(width, inner, count, balanced=True) | dense_ffn(width, inner, "_shexp")
        if number == 46:
            shapes |= multi_token_prediction(width, vocabulary, own_tables=True)
        return shapes

    metadata = {
        **_heads(96, 8, 128),
        "leading_dense_block_count": 1,
        "feed_forward_length": 10944,
        "expert_feed_forward_length": inner,
        "expert_count": count,
        "expert_used_count": 8,
        "expert_shared_count": 1,
    }
    return Configuration("glm4moe", 46, width, vocabulary, 131072, metadata, layer, mtp_layers=1)


def _granite_4_h_small() -> Configuration:
    width, count = 4096, 72
    attends = (5, 15, 25, 35)

    def layer(number: int) -> Shapes:
        mixer = (
            attention(width, 32, 8, 128)
            if number in attends
            else mamba2(width, inner=8192, state=128, heads=128, groups=1, kernel=4)
        )
        return (
            mixer
            | {"ffn_norm.weight": (width,)}
            | experts(width, 768, count)
            | dense_ffn(width, 1536, "_shexp")
        )

    metadata = {
        **_heads(32, tuple(8 if number in attends else 0 for number in range(40)), 128),
        "ssm.conv_kernel": 4,
        "ssm.inner_size": 8192,
        "ssm.state_size": 128,
        "ssm.group_count": 1,
        "ssm.time_step_rank": 128,
        "feed_forward_length": 768,
        "expert_count": count,
        "expert_used_count": 10,
        "expert_shared_feed_forward_length": 1536,
    }
    return Configuration("granitehybrid", 40, width, 100352, 131072, metadata, layer, tied=True)


def _mixtral_8x7b() -> Configuration:
    def layer(number: int) -> Shapes:
        return attention(4096, 32, 8, 128) | {"ffn_norm.weight": (4096,)} | experts(4096, 14336, 8)

    metadata = {
        "attention.head_count": 32,
        "attention.head_count_kv": 8,
        "feed_forward_length": 14336,
        "expert_count": 8,
        "expert_used_count": 2,
    }
    return Configuration("llama", 32, 4096, 32000, 32768, metadata, layer)


def _llama_31_8b() -> Configuration:
    def layer(number: int) -> Shapes:
        return attention(4096, 32, 8, 128) | {"ffn_norm.weight": (4096,)} | dense_ffn(4096, 14336)

    metadata = {
        "attention.head_count": 32,
        "attention.head_count_kv": 8,
        "feed_forward_length": 14336,
    }
    return Configuration(
        "llama", 32, 4096, 128256, 131072, metadata, layer, extra={"rope_freqs.weight": (64,)}
    )


def _qwen35_35b_a3b() -> Configuration:
    width, count = 2048, 256

    def layer(number: int) -> Shapes:
        mixer = (
            attention(width, 16, 2, 256, norms=True, gated=True)
            if number % 4 == 3
            else gated_delta_net(width, key_heads=16, value_heads=32, head=128, kernel=4)
        )
        return (
            mixer
            | {"post_attention_norm.weight": (width,), "ffn_gate_inp_shexp.weight": (width,)}
            | experts(width, 512, count)
            | dense_ffn(width, 512, "_shexp")
        )

    metadata = {
        **_heads(16, 2, 256),
        "full_attention_interval": 4,
        "expert_feed_forward_length": 512,
        "rope.dimension_count": 64,
        "rope.dimension_sections": (11, 11, 10, 0),
        "ssm.conv_kernel": 4,
        "ssm.inner_size": 4096,
        "ssm.state_size": 128,
        "ssm.group_count": 16,
        "ssm.time_step_rank": 32,
        "expert_count": count,
        "expert_used_count": 8,
        "expert_shared_feed_forward_length": 512,
    }
    return Configuration("qwen35moe", 40, width, 248320, 262144, metadata, layer)


def _gemma_4_26b_a4b() -> Configuration:
    width, count = 2816, 128
    norms = ("post_attention", "ffn", "post_ffw")

    def layer(number: int) -> Shapes:
        full = number % 6 == 5
        shapes = attention(width, 16, 2 if full else 8, 512 if full else 256, norms=True, value=not full)
        shapes |= {f"{name}_norm.weight": (width,) for name in norms}
        shapes |= {f"{name}.weight": (width,) for name in ("pre_ffw_norm_2", "post_ffw_norm_1")}
        shapes |= {"post_ffw_norm_2.weight": (width,), "ffn_gate_inp.scale": (width,)}
        shapes |= {"layer_output_scale.weight": (1,), "ffn_down_exps.scale": (count,)}
        return shapes | dense_ffn(width, 2112) | experts(width, 704, count, fused=True)

    metadata = {
        **_heads(16, tuple(2 if number % 6 == 5 else 8 for number in range(30)), 512),
        "attention.key_length_swa": 256,
        "attention.value_length_swa": 256,
        "attention.sliding_window": 1024,
        "attention.sliding_window_pattern": tuple(number % 6 != 5 for number in range(30)),
        "attention.shared_kv_layers": 0,
        "embedding_length_per_layer_input": 0,
        "feed_forward_length": 2112,
        "expert_feed_forward_length": 704,
        "rope.dimension_count": 512,
        "rope.dimension_count_swa": 256,
        "expert_count": count,
        "expert_used_count": 8,
    }
    return Configuration(
        "gemma4",
        30,
        width,
        262144,
        262144,
        metadata,
        layer,
        tied=True,
        extra={"rope_freqs.weight": (256,)},
    )


def _nemotron_3_nano() -> Configuration:
    width, count = 2688, 128
    pattern = "MEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEMEM*EMEMEMEME"

    def layer(number: int) -> Shapes:
        if pattern[number] == "M":
            return mamba2(width, inner=4096, state=128, heads=64, groups=8, kernel=4)
        if pattern[number] == "*":
            return attention(width, 32, 2, 128)
        return (
            {"attn_norm.weight": (width,)}
            | experts(width, 1856, count, gated=False, balanced=True)
            | dense_ffn(width, 3712, "_shexp", gated=False)
        )

    metadata = {
        **_heads(32, tuple(2 if kind == "*" else 0 for kind in pattern), 128),
        "attention.layer_norm_epsilon": 1e-5,
        "feed_forward_length": tuple(1856 if kind == "E" else 0 for kind in pattern),
        "ssm.conv_kernel": 4,
        "ssm.inner_size": 4096,
        "ssm.state_size": 128,
        "ssm.group_count": 8,
        "ssm.time_step_rank": 64,
        "expert_count": count,
        "expert_used_count": 6,
        "expert_shared_count": 1,
        "expert_feed_forward_length": 1856,
        "expert_shared_feed_forward_length": 3712,
    }
    return Configuration("nemotron_h_moe", 52, width, 131072, 262144, metadata, layer)


_GIB = 2**30
PUBLISHED: dict[str, PublishedModel] = {
    model.name: model
    for model in (
        PublishedModel(
            "DeepSeek-R1",
            "https://huggingface.co/deepseek-ai/DeepSeek-R1/blob/main/config.json",
            _deepseek_v3(),
            parameters=671.0e9,
            active=37e9,
            file_bytes=377 * _GIB,
            file_source="https://kvcache-ai.github.io/ktransformers/en/DeepseekR1_V3_tutorial.html",
        ),
        PublishedModel(
            "DeepSeek-V3",
            "https://huggingface.co/deepseek-ai/DeepSeek-V3/blob/main/config.json",
            _deepseek_v3(),
            parameters=671.0e9,
            active=37e9,
            file_bytes=377 * _GIB,
            file_source="https://kvcache-ai.github.io/ktransformers/en/DeepseekR1_V3_tutorial.html",
        ),
        PublishedModel(
            "Qwen3-30B-A3B",
            "https://huggingface.co/Qwen/Qwen3-30B-A3B/blob/main/config.json",
            _qwen3_moe(layers=48, width=2048, heads=32, inner=768),
            parameters=30.5e9,
            active=3.3e9,
            file_bytes=18_556_685_824,
            file_source="https://huggingface.co/Qwen/Qwen3-30B-A3B-GGUF",
        ),
        PublishedModel(
            "Qwen3-235B-A22B",
            "https://huggingface.co/Qwen/Qwen3-235B-A22B/blob/main/config.json",
            _qwen3_moe(layers=94, width=4096, heads=64, inner=1536),
            parameters=235.1e9,
            active=22e9,
            file_bytes=142e9,
            file_source="https://huggingface.co/Qwen/Qwen3-235B-A22B-GGUF",
        ),
        PublishedModel(
            "gpt-oss-20b",
            "https://huggingface.co/openai/gpt-oss-20b/blob/main/config.json",
            _gpt_oss(layers=24, count=32),
            parameters=20.9e9,
            active=3.6e9,
            scheme="MXFP4",
            file_bytes=12.1e9,
            file_source="https://huggingface.co/ggml-org/gpt-oss-20b-GGUF",
            tables_left_out=1,
        ),
        PublishedModel(
            "gpt-oss-120b",
            "https://huggingface.co/openai/gpt-oss-120b/blob/main/config.json",
            _gpt_oss(layers=36, count=128),
            parameters=116.8e9,
            active=5.1e9,
            scheme="MXFP4",
            file_bytes=63.4e9,
            file_source="https://huggingface.co/ggml-org/gpt-oss-120b-GGUF",
            tables_left_out=1,
        ),
        PublishedModel(
            "GLM-4.5-Air",
            "https://huggingface.co/zai-org/GLM-4.5-Air/blob/main/config.json",
            _glm_45_air(),
            parameters=110e9,  # 106 without the MTP layer, which the file holds
            active=12e9,
            tables_left_out=2,  # arXiv 2508.06471, table 1
            file_bytes=73e9,
            file_source="https://huggingface.co/unsloth/GLM-4.5-Air-GGUF",
        ),
        PublishedModel(
            "Granite-4.0-H-Small",
            "https://huggingface.co/ibm-granite/granite-4.0-h-small/blob/main/config.json",
            _granite_4_h_small(),
            parameters=32e9,
            active=9e9,
            file_bytes=18.1 * _GIB,
            file_source="https://huggingface.co/lmstudio-community/granite-4.0-h-small-GGUF",
        ),
        PublishedModel(
            "Mixtral-8x7B",
            "https://huggingface.co/mistralai/Mixtral-8x7B-Instruct-v0.1/blob/main/config.json",
            _mixtral_8x7b(),
            parameters=46.7e9,
            active=12.9e9,  # files of 2023 hold the experts one by one, in another mixture
        ),
        PublishedModel(
            "Llama-3.1-8B",
            "https://huggingface.co/meta-llama/Llama-3.1-8B/blob/main/config.json",
            _llama_31_8b(),
            parameters=8.03e9,
            active=8.03e9,
            file_bytes=4.92e9,
            file_source="https://huggingface.co/bartowski/Meta-Llama-3.1-8B-Instruct-GGUF",
        ),
        PublishedModel(
            "Qwen3.5-35B-A3B",
            "https://huggingface.co/Qwen/Qwen3.5-35B-A3B/blob/main/config.json",
            _qwen35_35b_a3b(),
            parameters=35e9,
            active=3e9,
            file_bytes=22_016_023_168,
            file_source="https://huggingface.co/unsloth/Qwen3.5-35B-A3B-GGUF",
            active_rounded=True,
        ),
        PublishedModel(
            "Gemma-4-26B-A4B",
            "https://huggingface.co/google/gemma-4-26B-A4B-it/blob/main/config.json",
            _gemma_4_26b_a4b(),
            parameters=25.2e9,
            active=3.8e9,
        ),
        PublishedModel(
            "Nemotron-3-Nano-30B-A3B",
            "https://huggingface.co/nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16/blob/main/config.json",
            _nemotron_3_nano(),
            parameters=31.6e9,
            active=3.2e9,
            tables_left_out=1,
        ),
    )
}
