"""Models of some megabytes of random weights, one for each way in which experts are built, made in a second.

Shapes and metadata as llama.cpp's loaders want them (`src/models/*.cpp` of the pinned version). Routers are random
too, so tokens spread over all experts, and expert widths differ from the model's, so nothing can be taken for its
transpose.
"""

from __future__ import annotations

from pathlib import Path

from gguf import GGMLQuantizationType as Type

from tests.support.caches import cache_folder, made_once
from tests.support.models.expert_layers import (
    DOWN,
    HEAD,
    HEADS,
    INNER,
    KV_HEADS,
    STATE,
    STATE_HEADS,
    WIDTH,
    Layout,
    attention,
    experts,
    feed_forward,
    ordinary,
    router,
    start,
    states,
)
from tests.support.models.random_weights import RandomWeights

_EDITION = 2
# enum llama_expert_gating_func_type.
_SIGMOID = 2

QUANTISATIONS = ("Q4_0", "Q4_K", "Q8_0", "MXFP4", "F16")


def expert_model(layout: str, quantisation: str = "Q4_K") -> Path:
    """The GGUF file of a layout, its experts in a type of ggml, or two ("Q4_K+Q8_0"), the second for the last matrix
    of each expert; made on first use."""
    found = LAYOUTS[layout]
    first, _, last = quantisation.partition("+")
    path = cache_folder("models") / f"experts-{layout}-{quantisation}-{_EDITION}.gguf"

    def write(partial: Path) -> None:
        file = RandomWeights(partial, found.architecture, Type[first], Type[last or first], 7)
        found.write(file, found)
        file.close()

    return made_once(path, write)


def _mixtral(file: RandomWeights, layout: Layout) -> None:
    ordinary(file, layout, 2)
    for number in range(2):
        layer = f"blk.{number}."
        attention(file, layer)
        file.norm(f"{layer}ffn_norm", WIDTH)
        experts(file, layout, layer)


def _qwen(file: RandomWeights, layout: Layout) -> None:
    ordinary(file, layout, 2)
    file.facts(expert_feed_forward_length=INNER)
    for number in range(2):
        layer = f"blk.{number}."
        attention(file, layer, norms=True)
        file.norm(f"{layer}ffn_norm", WIDTH)
        experts(file, layout, layer)


def _scaled(file: RandomWeights, layout: Layout) -> None:
    """A factor for each expert behind each of its matrices, as files in NVFP4 have them."""
    _qwen(file, layout)
    for number in range(2):
        for name in ("gate", "up", "down"):
            file.vector(f"blk.{number}.ffn_{name}_exps.scale", layout.experts, around=1.0, spread=0.3)


def _deepseek(file: RandomWeights, layout: Layout) -> None:
    latent, rotated, straight = 64, 32, 32
    start(file, layout, 3)
    file.facts(
        attention__head_count_kv=1,
        attention__q_lora_rank=latent,
        attention__kv_lora_rank=latent,
        attention__key_length=latent + rotated,
        attention__value_length=latent,
        attention__key_length_mla=straight + rotated,
        attention__value_length_mla=straight,
        rope__dimension_count=rotated,
        feed_forward_length=2 * INNER,
        leading_dense_block_count=1,
        expert_feed_forward_length=INNER,
        expert_shared_count=1,
        expert_weights_scale=2.5,
        expert_weights_norm=True,
        expert_gating_func=_SIGMOID,
        expert_group_count=4,
        expert_group_used_count=2,
    )
    for number in range(3):
        layer = f"blk.{number}."
        file.norm(f"{layer}attn_norm", WIDTH)
        file.matrix(f"{layer}attn_q_a", latent, WIDTH)
        file.norm(f"{layer}attn_q_a_norm", latent)
        file.matrix(f"{layer}attn_q_b", HEADS * (straight + rotated), latent)
        file.matrix(f"{layer}attn_kv_a_mqa", latent + rotated, WIDTH)
        file.norm(f"{layer}attn_kv_a_norm", latent)
        file.matrix(f"{layer}attn_k_b", HEADS, latent, straight)
        file.matrix(f"{layer}attn_v_b", HEADS, straight, latent)
        file.matrix(f"{layer}attn_output", WIDTH, HEADS * straight)
        file.norm(f"{layer}ffn_norm", WIDTH)
        if number == 0:
            feed_forward(file, layer, inner=2 * INNER)
            continue
        experts(file, layout, layer)
        file.vector(f"{layer}exp_probs_b.bias", layout.experts)
        feed_forward(file, layer, "_shexp")


def _gpt_oss(file: RandomWeights, layout: Layout) -> None:
    ordinary(file, layout, 2)
    file.facts(attention__sliding_window=64, expert_feed_forward_length=INNER)
    for number in range(2):
        layer = f"blk.{number}."
        attention(file, layer)
        file.norm(f"{layer}post_attention_norm", WIDTH)
        file.vector(f"{layer}attn_sinks.weight", HEADS)
        for name, width in (("q", HEADS), ("k", KV_HEADS), ("v", KV_HEADS)):
            file.vector(f"{layer}attn_{name}.bias", width * HEAD)
        file.vector(f"{layer}attn_output.bias", WIDTH)
        experts(file, layout, layer)
        file.vector(f"{layer}ffn_gate_inp.bias", layout.experts, spread=0.5)
        for name, width in (("gate", INNER), ("up", INNER), ("down", WIDTH)):
            file.vector(f"{layer}ffn_{name}_exps.bias", layout.experts, width, spread=0.5)


def _granite(file: RandomWeights, layout: Layout) -> None:
    ordinary(file, layout, 2)
    file.facts(
        logit_scale=2.0,
        residual_scale=0.8,
        embedding_scale=1.5,
        attention__scale=0.1,
        expert_shared_feed_forward_length=INNER,
    )
    for number in range(2):
        layer = f"blk.{number}."
        attention(file, layer)
        file.norm(f"{layer}ffn_norm", WIDTH)
        experts(file, layout, layer)
        feed_forward(file, layer, "_shexp")


def _glm(file: RandomWeights, layout: Layout) -> None:
    ordinary(file, layout, 3)
    file.facts(
        leading_dense_block_count=1,
        expert_feed_forward_length=INNER,
        expert_shared_count=1,
        expert_gating_func=_SIGMOID,
        expert_weights_norm=True,
        expert_weights_scale=1.5,
    )
    for number in range(3):
        layer = f"blk.{number}."
        attention(file, layer, norms=True)
        file.norm(f"{layer}post_attention_norm", WIDTH)
        if number == 0:
            feed_forward(file, layer)
            continue
        experts(file, layout, layer)
        file.vector(f"{layer}exp_probs_b.bias", layout.experts)
        feed_forward(file, layer, "_shexp")


def _fused(file: RandomWeights, layout: Layout) -> None:
    ordinary(file, layout, 2)
    file.facts(
        expert_feed_forward_length=INNER,
        expert_shared_feed_forward_length=INNER,
        expert_gating_func=_SIGMOID,
        expert_weights_norm=True,
    )
    for number in range(2):
        layer = f"blk.{number}."
        attention(file, layer, norms=True)
        file.norm(f"{layer}ffn_norm", WIDTH)
        experts(file, layout, layer, fused=True)
        file.vector(f"{layer}exp_probs_b", layout.experts)
        feed_forward(file, layer, "_shexp")


def _gemma(file: RandomWeights, layout: Layout) -> None:
    """Gate and up in one, GELU, a factor for each expert behind its last matrix."""
    # Gemma multiplies what stands for a token by the root of the width.
    ordinary(file, layout, 2, words=1 / WIDTH**0.5)
    file.facts(
        attention__key_length=HEAD,
        attention__value_length=HEAD,
        attention__key_length_swa=HEAD,
        attention__value_length_swa=HEAD,
        attention__sliding_window=64,
        attention__sliding_window_pattern=[True, False],
        embedding_length_per_layer_input=0,
        expert_feed_forward_length=INNER,
        final_logit_softcapping=30.0,
    )
    file.vector("rope_freqs.weight", HEAD // 2, around=1.0, spread=0.0)
    for number in range(2):
        layer = f"blk.{number}."
        attention(file, layer, norms=True)
        for name in ("post_attention_norm", "ffn_norm", "post_ffw_norm"):
            file.norm(f"{layer}{name}", WIDTH)
        feed_forward(file, layer)
        experts(file, layout, layer, fused=True)
        file.vector(f"{layer}ffn_gate_inp.scale", WIDTH, around=WIDTH**0.5)
        file.vector(f"{layer}ffn_down_exps.scale", layout.experts, around=1.0, spread=0.3)
        for name in ("pre_ffw_norm_2", "post_ffw_norm_1", "post_ffw_norm_2"):
            file.norm(f"{layer}{name}", WIDTH)


def _nemotron(file: RandomWeights, layout: Layout) -> None:
    """Experts of two matrices, narrower than the model; attention, states and experts are layers of their own."""
    width, heads = 2 * WIDTH, 2 * HEADS
    start(file, layout, 4, width=width, heads=heads)
    file.facts(
        attention__head_count_kv=[KV_HEADS, 0, 0, 0],
        attention__layer_norm_epsilon=1e-6,
        feed_forward_length=[0, INNER, 0, INNER],
        expert_feed_forward_length=INNER,
        expert_shared_feed_forward_length=INNER,
        expert_shared_count=1,
        expert_weights_norm=True,
        expert_weights_scale=1.5,
        moe_latent_size=WIDTH,
        ssm__conv_kernel=4,
        ssm__inner_size=WIDTH,
        ssm__state_size=STATE,
        ssm__time_step_rank=STATE_HEADS,
        ssm__group_count=1,
    )
    for number in range(4):
        layer = f"blk.{number}."
        if number == 0:
            attention(file, layer, width=width, heads=heads)
            continue
        if number not in layout.layers:
            states(file, layer, width)
            continue
        file.norm(f"{layer}attn_norm", width)
        router(file, layout, layer, width)
        file.vector(f"{layer}exp_probs_b.bias", layout.experts)
        file.matrix(f"{layer}ffn_latent_down", WIDTH, width)
        file.matrix(f"{layer}ffn_latent_up", width, WIDTH)
        file.expert_matrices(f"{layer}ffn_up_exps", layout.experts, INNER, WIDTH)
        file.expert_matrices(f"{layer}ffn_down_exps", layout.experts, WIDTH, INNER)
        file.matrix(f"{layer}ffn_up_shexp", INNER, width)
        file.matrix(f"{layer}ffn_down_shexp", width, INNER)


def _llama4(file: RandomWeights, layout: Layout) -> None:
    """One expert for each token, its input weighted instead of its output, and every other layer dense."""
    ordinary(file, layout, 4)
    file.facts(expert_feed_forward_length=INNER, interleave_moe_layer_step=2)
    for number in range(4):
        layer = f"blk.{number}."
        attention(file, layer)
        file.norm(f"{layer}ffn_norm", WIDTH)
        if number in layout.layers:
            experts(file, layout, layer)
            feed_forward(file, layer, "_shexp")
        else:
            feed_forward(file, layer)


def _step(file: RandomWeights, layout: Layout) -> None:
    """Activations are cut off at a limit, by four operations instead of one."""
    ordinary(file, layout, 2)
    file.facts(
        attention__key_length=HEAD,
        attention__value_length=HEAD,
        attention__sliding_window=64,
        attention__sliding_window_pattern=[True, False],
        rope__dimension_count=HEAD,
        expert_feed_forward_length=INNER,
        expert_shared_feed_forward_length=INNER,
        expert_weights_norm=True,
        swiglu_clamp_exp=1.0,
        swiglu_clamp_shexp=1.0,
    )
    for number in range(2):
        layer = f"blk.{number}."
        attention(file, layer, norms=True)
        file.norm(f"{layer}ffn_norm", WIDTH)
        experts(file, layout, layer)
        file.vector(f"{layer}exp_probs_b.bias", layout.experts)
        feed_forward(file, layer, "_shexp")


def _grove(file: RandomWeights, layout: Layout) -> None:
    """Besides its experts a layer has smaller ones, each for a group of them."""
    group, inner = 2, 256
    ordinary(file, layout, 2)
    file.facts(
        expert_feed_forward_length=INNER,
        expert_chunk_feed_forward_length=inner,
        expert_group_scale=0.5,
        experts_per_group=group,
    )
    for number in range(2):
        layer = f"blk.{number}."
        attention(file, layer, norms=True)
        file.norm(f"{layer}ffn_norm", WIDTH)
        experts(file, layout, layer)
        groups = layout.experts // group
        file.expert_matrices(f"{layer}ffn_gate_chexps", groups, inner, WIDTH)
        file.expert_matrices(f"{layer}ffn_up_chexps", groups, inner, WIDTH)
        file.expert_matrices(f"{layer}ffn_down_chexps", groups, WIDTH, inner, spread=DOWN)


LAYOUTS: dict[str, Layout] = {
    "mixtral": Layout("llama", 8, 2, (0, 1), _mixtral),
    "qwen": Layout("qwen3moe", 16, 4, (0, 1), _qwen),
    "deepseek": Layout("deepseek2", 16, 4, (1, 2), _deepseek),
    # As deepseek, but its last product asks for more precision than some devices have.
    "mistral": Layout("mistral4", 16, 4, (1, 2), _deepseek),
    "gpt-oss": Layout("gpt-oss", 8, 4, (0, 1), _gpt_oss),
    "granite": Layout("granitemoe", 16, 4, (0, 1), _granite),
    "glm": Layout("glm4moe", 12, 3, (1, 2), _glm),
    "fused": Layout("hy_v3", 12, 4, (0, 1), _fused),
    "gemma": Layout("gemma4", 12, 4, (0, 1), _gemma),
    "without-gate": Layout("nemotron_h_moe", 12, 3, (1, 3), _nemotron),
    "weighted-before": Layout("llama4", 8, 1, (1, 3), _llama4),
    "scaled": Layout("qwen3moe", 8, 2, (0, 1), _scaled),
    "clamped": Layout("step35", 8, 2, (0, 1), _step),
    "grouped": Layout("grovemoe", 8, 2, (0, 1), _grove),
}
