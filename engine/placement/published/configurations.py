"""The configurations of published models: what `config.json` says, in GGUF's names and llama.cpp's shapes.

The sources stand in `published_models`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from engine.placement.published.shapes import (
    Shapes,
    attention,
    dense_ffn,
    experts,
    gated_delta_net,
    latent_attention,
    mamba2,
    multi_token_prediction,
)


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


def _heads(heads: int, kv_heads: Any, head: int) -> dict[str, Any]:
    return {
        "attention.head_count": heads,
        "attention.head_count_kv": kv_heads,
        "attention.key_length": head,
        "attention.value_length": head,
    }


def deepseek_v3() -> Configuration:
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


def qwen3_moe(layers: int, width: int, heads: int, inner: int) -> Configuration:
    def layer(number: int) -> Shapes:
        return (
            attention(width, heads, 4, 128, norms=True)
            | {"ffn_norm.weight": (width,)}
            | experts(width, inner, 128)
        )

    metadata = {**_heads(heads, 4, 128), "expert_count": 128, "expert_used_count": 8}
    metadata["expert_feed_forward_length"] = inner
    return Configuration("qwen3moe", layers, width, 151936, 40960, metadata, layer)


def gpt_oss(layers: int, count: int) -> Configuration:
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


def glm_45_air() -> Configuration:
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


def granite_4_h_small() -> Configuration:
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


def mixtral_8x7b() -> Configuration:
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


def llama_31_8b() -> Configuration:
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


def qwen35_35b_a3b() -> Configuration:
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


def gemma_4_26b_a4b() -> Configuration:
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


def nemotron_3_nano() -> Configuration:
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
