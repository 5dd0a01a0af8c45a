"""What the layers of models with experts are made of: attention, states, dense parts, routers and experts."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gguf import GGMLQuantizationType as Type

from tests.support.models.random_weights import VOCABULARY, RandomWeights

WIDTH, HEAD, HEADS, KV_HEADS = 256, 64, 4, 2
# Of one expert.
INNER = 512
CONTEXT = 2048
STATE, STATE_HEADS = 16, 4
# Routers' logits spread so far: every chosen expert counts, and hardly two are as good as each other.
_ROUTER = 1.5
# Activations halve what passes them, more or less.
DOWN = 3.0


class Layout(NamedTuple):
    """`layers` are those with experts, each with `experts` of which a token uses `used`."""

    architecture: str
    experts: int
    used: int
    layers: tuple[int, ...]
    write: Callable[[RandomWeights, Layout], None]


def start(
    file: RandomWeights,
    layout: Layout,
    layers: int,
    *,
    width: int = WIDTH,
    heads: int = HEADS,
    words: float = 1.0,
) -> None:
    """`words` is how large the numbers are that stand for a token."""
    file.facts(
        context_length=CONTEXT,
        embedding_length=width,
        block_count=layers,
        attention__head_count=heads,
        attention__layer_norm_rms_epsilon=1e-6,
        rope__freq_base=10000.0,
        expert_count=layout.experts,
        expert_used_count=layout.used,
    )
    file.matrix("token_embd", VOCABULARY, width, spread=words * width**0.5)
    file.norm("output_norm", width)
    file.matrix("output", VOCABULARY, width)


def ordinary(file: RandomWeights, layout: Layout, layers: int, words: float = 1.0) -> None:
    start(file, layout, layers, words=words)
    file.facts(attention__head_count_kv=KV_HEADS, feed_forward_length=INNER)


def attention(
    file: RandomWeights, layer: str, *, norms: bool = False, width: int = WIDTH, heads: int = HEADS
) -> None:
    file.norm(f"{layer}attn_norm", width)
    for name, count in (("q", heads), ("k", KV_HEADS), ("v", KV_HEADS)):
        file.matrix(f"{layer}attn_{name}", count * HEAD, width)
    file.matrix(f"{layer}attn_output", width, heads * HEAD)
    if norms:
        file.norm(f"{layer}attn_q_norm", HEAD)
        file.norm(f"{layer}attn_k_norm", HEAD)


def feed_forward(file: RandomWeights, layer: str, end: str = "", inner: int = INNER) -> None:
    """A dense one, or the shared expert's (`end`)."""
    file.matrix(f"{layer}ffn_gate{end}", inner, WIDTH)
    file.matrix(f"{layer}ffn_up{end}", inner, WIDTH)
    file.matrix(f"{layer}ffn_down{end}", WIDTH, inner, spread=DOWN)


def router(file: RandomWeights, layout: Layout, layer: str, width: int = WIDTH) -> None:
    file.matrix(f"{layer}ffn_gate_inp", layout.experts, width, spread=_ROUTER, kind=Type.F32)


def experts(file: RandomWeights, layout: Layout, layer: str, *, fused: bool = False) -> None:
    router(file, layout, layer)
    if fused:
        file.expert_matrices(f"{layer}ffn_gate_up_exps", layout.experts, 2 * INNER, WIDTH)
    else:
        file.expert_matrices(f"{layer}ffn_gate_exps", layout.experts, INNER, WIDTH)
        file.expert_matrices(f"{layer}ffn_up_exps", layout.experts, INNER, WIDTH)
    file.expert_matrices(f"{layer}ffn_down_exps", layout.experts, WIDTH, INNER, spread=DOWN)


def states(file: RandomWeights, layer: str, width: int) -> None:
    convolved = WIDTH + 2 * STATE
    file.norm(f"{layer}attn_norm", width)
    file.matrix(f"{layer}ssm_in", WIDTH + convolved + STATE_HEADS, width)
    file.vector(f"{layer}ssm_conv1d.weight", convolved, 4, spread=0.5)
    file.vector(f"{layer}ssm_conv1d.bias", convolved)
    file.vector(f"{layer}ssm_dt.bias", STATE_HEADS)
    # Slow to forget, as trained ones are.
    file.vector(f"{layer}ssm_a", STATE_HEADS, 1, around=-0.02, spread=0.0)
    file.vector(f"{layer}ssm_d", STATE_HEADS, 1, around=1.0)
    file.vector(f"{layer}ssm_norm.weight", 1, WIDTH, around=1.0)
    file.matrix(f"{layer}ssm_out", width, WIDTH)
