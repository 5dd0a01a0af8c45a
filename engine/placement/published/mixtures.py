"""Configurations of more published models, by the figures of their `config.json` (huggingface.co/MAKER/MODEL).

They are for speed alone: norms and biases are left out, and what mixes tokens has the size of its kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from engine.placement.published.configurations import Configuration
from engine.placement.published.shapes import (
    Shapes,
    attention,
    dense_ffn,
    experts,
    gated_delta_net,
    latent_attention,
    mamba2,
)

Linear = Literal["", "delta", "mamba", "convolution"]


class Mixture(msgspec.Struct, frozen=True):
    """Figures of a model. `experts` are count, used at once, and inner width; `shared` is the inner width of all
    shared experts. The first `dense` layers have a feed-forward block of `dense_inner` instead, and so have, where
    `every` is 2, all but every second one. `latent` is MLA's ranks of queries (0: none) and keys, and its heads'
    widths without and with positions and of values. `linear` replaces attention where a layer's number is not in
    `attends`; `inner` is the width of Mamba's state, `value_heads` those of delta networks. By `pattern` a layer
    either mixes tokens (M, and * for attention) or has a feed-forward block (E). `moe_width`: what experts read,
    where that is not the width."""

    layers: int
    width: int
    vocabulary: int
    heads: int
    kv_heads: int
    head: int
    experts: tuple[int, int, int] = (0, 0, 0)
    shared: int = 0
    dense: int = 0
    dense_inner: int = 0
    every: int = 1
    latent: tuple[int, int, int, int, int] | None = None
    linear: Linear = ""
    attends: tuple[int, ...] = ()
    value_heads: int = 32
    inner: int = 0
    window: int = 0
    full_every: int = 0
    gated: bool = False
    tied: bool = False
    pattern: str = ""
    moe_width: int = 0


def configuration(figures: Mixture) -> Configuration:
    """The figures in the names of a GGUF."""
    metadata: dict[str, Any] = {
        "attention.head_count": figures.heads,
        "attention.head_count_kv": 1 if figures.latent else figures.kv_heads,
        "attention.key_length": figures.head,
        "attention.value_length": figures.head,
    }
    if figures.experts[0]:
        metadata |= {"expert_count": figures.experts[0], "expert_used_count": figures.experts[1]}
    if figures.latent:
        _, rank, nope, rope, value = figures.latent
        metadata |= {"attention.key_length": rank + rope, "attention.value_length": rank}
        metadata |= {"attention.key_length_mla": nope + rope, "attention.value_length_mla": value}
    if figures.window:
        metadata["attention.sliding_window"] = figures.window
        metadata["attention.sliding_window_pattern"] = tuple(
            (number + 1) % figures.full_every != 0 for number in range(figures.layers)
        )
    metadata |= _state(figures)
    return Configuration(
        "llama",
        figures.layers,
        figures.width,
        figures.vocabulary,
        131072,
        metadata,
        _layer_of(figures),
        tied=figures.tied,
    )


def _state(figures: Mixture) -> dict[str, Any]:
    match figures.linear:
        case "delta":
            return {
                "ssm.conv_kernel": 4,
                "ssm.inner_size": figures.value_heads * 128,
                "ssm.state_size": 128,
                "ssm.group_count": 16,
            }
        case "mamba":
            return {
                "ssm.conv_kernel": 4,
                "ssm.inner_size": figures.inner,
                "ssm.state_size": 128,
                "ssm.group_count": 8,
            }
        case "convolution":
            return {"shortconv.l_cache": 3}
        case _:
            return {}


def _layer_of(figures: Mixture) -> Callable[[int], Shapes]:
    def layer(number: int) -> Shapes:
        if figures.pattern:
            kind = figures.pattern[number]
            if kind == "E":
                return _feed_forward(figures, number)
            return _attention(figures) if kind == "*" else _linear(figures)
        attends = not figures.linear or number in figures.attends
        return (_attention(figures) if attends else _linear(figures)) | _feed_forward(figures, number)

    return layer


def _attention(figures: Mixture) -> Shapes:
    if figures.latent is None:
        return attention(figures.width, figures.heads, figures.kv_heads, figures.head, gated=figures.gated)
    rank, kv_rank, nope, rope, value = figures.latent
    shapes = latent_attention(figures.width, figures.heads, rank, kv_rank, nope, rope, value)
    if not rank:
        shapes = {name: shape for name, shape in shapes.items() if not name.startswith("attn_q_")}
        shapes["attn_q.weight"] = (figures.width, figures.heads * (nope + rope))
    return shapes


def _linear(figures: Mixture) -> Shapes:
    width = figures.width
    if figures.linear == "mamba":
        return mamba2(width, figures.inner, state=128, heads=figures.inner // 64, groups=8, kernel=4)
    if figures.linear == "convolution":
        return {
            "attn_norm.weight": (width,),
            "shortconv.in_proj.weight": (width, 3 * width),
            "shortconv.conv.weight": (3, width),
            "shortconv.out_proj.weight": (width, width),
        }
    return gated_delta_net(width, key_heads=16, value_heads=figures.value_heads, head=128, kernel=4)


def _feed_forward(figures: Mixture, number: int) -> Shapes:
    count, _, inner = figures.experts
    if not count or number < figures.dense or (number + 1) % figures.every:
        return dense_ffn(figures.width, figures.dense_inner)
    ungated = bool(figures.pattern)
    shapes = experts(figures.moe_width or figures.width, inner, count, gated=not ungated)
    if figures.shared:
        shapes |= dense_ffn(figures.width, figures.shared, "_shexp", gated=not ungated)
    return shapes


def _every(layers: int, period: int) -> tuple[int, ...]:
    return tuple(range(period - 1, layers, period))


# Nemotron 3 Super: 40 layers each of Mamba and of experts, 8 of attention.
_SUPER = "MEMEMEMEME*" * 8
_GLM_LATENT = (768, 512, 192, 64, 256)
_DEEPSEEK_LATENT = (1536, 512, 128, 64, 128)

MIXTURES: dict[str, Mixture] = {
    "DeepSeek-V2-Lite": Mixture(
        27, 2048, 102400, 16, 16, 192, (64, 6, 1408), 2816, 1, 10944, latent=(0, 512, 128, 64, 128)
    ),
    "DeepSeek-V2": Mixture(
        60, 5120, 102400, 128, 128, 192, (160, 6, 1536), 3072, 1, 12288, latent=_DEEPSEEK_LATENT
    ),
    "Qwen3-Coder-480B-A35B": Mixture(62, 6144, 151936, 96, 8, 128, (160, 8, 2560)),
    "Qwen3-Next-80B-A3B": Mixture(
        48, 2048, 151936, 16, 2, 256, (512, 10, 512), 512, linear="delta", attends=_every(48, 4), gated=True
    ),
    "Qwen3.5-122B-A10B": Mixture(
        48,
        3072,
        248320,
        32,
        2,
        256,
        (256, 8, 1024),
        1024,
        linear="delta",
        attends=_every(48, 4),
        value_heads=64,
        gated=True,
    ),
    "Qwen3.5-397B-A17B": Mixture(
        60,
        4096,
        248320,
        32,
        2,
        256,
        (512, 10, 1024),
        1024,
        linear="delta",
        attends=_every(60, 4),
        value_heads=64,
        gated=True,
    ),
    "Qwen2-57B-A14B": Mixture(28, 3584, 151936, 28, 4, 128, (64, 8, 2560), 20480),
    "GLM-4.5": Mixture(92, 5120, 151552, 96, 8, 128, (160, 8, 1536), 1536, 3, 12288),
    "GLM-4.7-Flash": Mixture(
        47, 2048, 154880, 20, 20, 256, (64, 4, 1536), 1536, 1, 10240, latent=_GLM_LATENT
    ),
    "GLM-5": Mixture(
        78, 6144, 154880, 64, 64, 256, (256, 8, 2048), 2048, 3, 12288, latent=(2048, 512, 192, 64, 256)
    ),
    "Kimi-K2": Mixture(
        61, 7168, 163840, 64, 64, 192, (384, 8, 2048), 2048, 1, 18432, latent=_DEEPSEEK_LATENT
    ),
    "Kimi-Linear-48B-A3B": Mixture(
        27,
        2304,
        163840,
        32,
        32,
        192,
        (256, 8, 1024),
        1024,
        1,
        9216,
        latent=(0, 512, 128, 64, 128),
        linear="delta",
        attends=_every(27, 4),
    ),
    "Mixtral-8x22B": Mixture(56, 6144, 32768, 48, 8, 128, (8, 2, 16384)),
    "Llama-4-Scout": Mixture(48, 5120, 202048, 40, 8, 128, (16, 1, 8192), 8192, window=8192, full_every=4),
    "Llama-4-Maverick": Mixture(
        48,
        5120,
        202048,
        40,
        8,
        128,
        (128, 1, 8192),
        8192,
        dense_inner=16384,
        every=2,
        window=8192,
        full_every=4,
    ),
    "Hunyuan-A13B": Mixture(32, 4096, 128167, 32, 8, 128, (64, 8, 3072), 3072, tied=True),
    "dots.llm1": Mixture(62, 4096, 152064, 32, 32, 128, (128, 6, 1408), 2816, 1, 10944),
    "ERNIE-4.5-21B-A3B": Mixture(28, 2560, 103424, 20, 4, 128, (64, 6, 1536), 3072, 1, 12288, tied=True),
    "ERNIE-4.5-300B-A47B": Mixture(54, 8192, 103424, 64, 8, 128, (64, 8, 3584), 0, 3, 28672),
    "LFM2-8B-A1B": Mixture(
        24,
        2048,
        65536,
        32,
        8,
        64,
        (32, 4, 1792),
        0,
        2,
        7168,
        linear="convolution",
        attends=(2, 6, 10, 14, 18, 21),
        tied=True,
    ),
    "LFM2-24B-A2B": Mixture(
        40,
        2048,
        65536,
        32,
        8,
        64,
        (64, 4, 1536),
        0,
        2,
        11776,
        linear="convolution",
        attends=_every(40, 4),
        tied=True,
    ),
    "Granite-4.0-H-Tiny": Mixture(
        40,
        1536,
        100352,
        12,
        4,
        128,
        (64, 6, 512),
        1024,
        linear="mamba",
        attends=(5, 15, 25, 35),
        inner=3072,
        tied=True,
    ),
    "Nemotron-3-Super-120B-A12B": Mixture(
        88,
        4096,
        131072,
        32,
        2,
        128,
        (512, 22, 2688),
        5376,
        linear="mamba",
        inner=8192,
        pattern=_SUPER,
        moe_width=1024,
    ),
    "Qwen3.5-27B": Mixture(
        64,
        5120,
        248320,
        24,
        4,
        256,
        dense_inner=17408,
        linear="delta",
        attends=_every(64, 4),
        value_heads=48,
        gated=True,
    ),
    # Its attention compresses keys; queries, keys and the output weigh as much as with these ranks.
    "DeepSeek-V4-Flash": Mixture(
        43, 4096, 129280, 64, 64, 512, (256, 6, 2048), 2048, latent=(1024, 448, 448, 64, 192)
    ),
    "Trinity-Mini-26B-A3B": Mixture(32, 2048, 200192, 32, 4, 128, (128, 8, 1024), 1024, 2, 6144),
    "MiMo-V2-Flash": Mixture(48, 4096, 152576, 64, 4, 160, (256, 8, 2048), 0, 1, 16384),
    "MiniMax-M2": Mixture(62, 3072, 200064, 48, 8, 128, (256, 8, 1536)),
    "Step-3.5-Flash": Mixture(
        45, 4096, 128896, 64, 8, 128, (288, 8, 1280), 1280, 3, 11264, window=512, full_every=4
    ),
    "OLMoE-1B-7B": Mixture(16, 2048, 50304, 16, 16, 128, (64, 8, 1024)),
    "Phi-3.5-MoE": Mixture(32, 4096, 32064, 32, 8, 128, (16, 2, 6400)),
    "Ling-mini-16B-A1.4B": Mixture(20, 2048, 157184, 16, 4, 128, (256, 8, 512), 512, 1, 5120),
    "Ling-flash-103B-A6B": Mixture(32, 4096, 157184, 32, 4, 128, (256, 8, 1024), 1024, 1, 9216),
    "Llama-3.3-70B": Mixture(80, 8192, 128256, 64, 8, 128, dense_inner=28672),
    "Qwen3-8B": Mixture(36, 4096, 151936, 32, 8, 128, dense_inner=12288),
    "Qwen3-14B": Mixture(40, 5120, 151936, 40, 8, 128, dense_inner=17408),
    "Qwen3-32B": Mixture(64, 5120, 151936, 64, 8, 128, dense_inner=25600),
    "Llama-2-7B": Mixture(32, 4096, 32000, 32, 32, 128, dense_inner=11008),
}
