"""Models of some million random weights whose memory cannot be cut everywhere: a sliding window, a hybrid of states
and attention, one with a head that predicts, and states alone. With the starter's tokens and template.

Shapes as in llama.cpp's loaders (`src/models/gemma3.cpp`, `granite-hybrid.cpp`, `mamba.cpp`). What they answer is
noise, but each token of it depends on all that was read.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from gguf import GGUFReader, GGUFWriter

from tests.support.caches import cache_folder, made_once
from tests.support.models.moe import copy_field
from tests.support.models.starter import starter_model

WIDTH, HEADS, HEAD = 64, 2, 32
WINDOW = 96
# Large enough that answers differ with what was read, small enough that nothing overflows.
_SPREAD = 0.2
# States are slow to forget, as trained ones are: what was read long ago still tells.
_FORGETS = -0.02


def sliding_model() -> Path:
    """Gemma 3's shape: five layers of six see the last `WINDOW` tokens only."""
    return _made("sliding", _sliding)


def hybrid_model() -> Path:
    """Granite 4's shape: layers with a state around one with attention."""
    return _made("hybrid", _hybrid)


def predicting_hybrid_model() -> Path:
    """Qwen 3.5's shape: layers with a state around one with attention, experts, and a head that predicts."""
    return _made("predicting-hybrid", _predicting_hybrid)


def recurrent_model() -> Path:
    """Mamba's shape: a state in each layer, and nothing else."""
    return _made("recurrent", _recurrent)


class _Writing:
    def __init__(self, path: Path, architecture: str, layers: int) -> None:
        self.writer = GGUFWriter(str(path), architecture)
        self._random = np.random.default_rng(7)
        reader = GGUFReader(str(starter_model()))
        for key, field in reader.fields.items():
            if key.startswith("tokenizer."):
                copy_field(self.writer, key, field)
        vocabulary = len(reader.fields["tokenizer.ggml.tokens"].data)
        self.writer.add_context_length(8192)
        self.writer.add_embedding_length(WIDTH)
        self.writer.add_block_count(layers)
        self.writer.add_feed_forward_length(2 * WIDTH)
        self.writer.add_layer_norm_rms_eps(1e-6)
        # Small beside what layers add, or the last token alone would say what follows.
        self.matrix("token_embd.weight", WIDTH, vocabulary, _SPREAD / 10)
        self.matrix("output.weight", WIDTH, vocabulary)

    def matrix(self, name: str, inputs: int, outputs: int, spread: float = _SPREAD) -> None:
        weights = self._random.standard_normal((outputs, inputs)) * spread
        self.writer.add_tensor(name, weights.astype(np.float16))

    def vector(self, name: str, *shape: int, value: float | None = None) -> None:
        weights = (
            np.full(shape, value) if value is not None else self._random.standard_normal(shape) * _SPREAD
        )
        self.writer.add_tensor(name, weights.astype(np.float32))

    def feed_forward(self, layer: str) -> None:
        self.vector(f"{layer}ffn_norm.weight", WIDTH, value=1.0)
        self.matrix(f"{layer}ffn_gate.weight", WIDTH, 2 * WIDTH)
        self.matrix(f"{layer}ffn_up.weight", WIDTH, 2 * WIDTH)
        self.matrix(f"{layer}ffn_down.weight", 2 * WIDTH, WIDTH)

    def attention(self, layer: str, kv_heads: int) -> None:
        for name, outputs in (("q", HEADS * HEAD), ("k", kv_heads * HEAD), ("v", kv_heads * HEAD)):
            self.matrix(f"{layer}attn_{name}.weight", WIDTH, outputs)
        self.matrix(f"{layer}attn_output.weight", HEADS * HEAD, WIDTH)

    def close(self) -> None:
        self.writer.write_header_to_file()
        self.writer.write_kv_data_to_file()
        self.writer.write_tensors_to_file()
        self.writer.close()


def _sliding(path: Path) -> None:
    file = _Writing(path, "gemma3", 6)
    file.writer.add_head_count(HEADS)
    file.writer.add_head_count_kv(1)
    file.writer.add_key_length(HEAD)
    file.writer.add_value_length(HEAD)
    file.writer.add_sliding_window(WINDOW)
    file.vector("output_norm.weight", WIDTH, value=1.0)
    for number in range(6):
        layer = f"blk.{number}."
        for name in ("attn_norm", "post_attention_norm", "post_ffw_norm"):
            file.vector(f"{layer}{name}.weight", WIDTH, value=1.0)
        file.attention(layer, 1)
        file.vector(f"{layer}attn_q_norm.weight", HEAD, value=1.0)
        file.vector(f"{layer}attn_k_norm.weight", HEAD, value=1.0)
        file.feed_forward(layer)
    file.close()


def _hybrid(path: Path) -> None:
    inner, state, heads = 2 * WIDTH, 16, 4
    convolved = inner + 2 * state
    file = _Writing(path, "granitehybrid", 3)
    file.writer.add_head_count(HEADS)
    file.writer.add_head_count_kv([0, HEADS, 0])
    file.writer.add_ssm_conv_kernel(4)
    file.writer.add_ssm_inner_size(inner)
    file.writer.add_ssm_state_size(state)
    file.writer.add_ssm_time_step_rank(heads)
    file.writer.add_ssm_group_count(1)
    file.vector("output_norm.weight", WIDTH, value=1.0)
    for number in range(3):
        layer = f"blk.{number}."
        file.vector(f"{layer}attn_norm.weight", WIDTH, value=1.0)
        if number == 1:
            file.attention(layer, HEADS)
        else:
            file.matrix(f"{layer}ssm_in.weight", WIDTH, inner + convolved + heads)
            file.vector(f"{layer}ssm_conv1d.weight", convolved, 4)
            file.vector(f"{layer}ssm_conv1d.bias", convolved)
            file.vector(f"{layer}ssm_dt.bias", heads)
            file.vector(f"{layer}ssm_a", heads, 1, value=_FORGETS)
            file.vector(f"{layer}ssm_d", heads, 1, value=1.0)
            file.vector(f"{layer}ssm_norm.weight", 1, inner, value=1.0)
            file.matrix(f"{layer}ssm_out.weight", inner, WIDTH)
        file.feed_forward(layer)
    file.close()


def _predicting_hybrid(path: Path) -> None:
    state, keys, values, experts, inner = 16, 2, 4, 4, WIDTH
    file = _Writing(path, "qwen35moe", 4)
    writer = file.writer
    writer.add_nextn_predict_layers(1)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(1)
    writer.add_key_length(HEAD)
    writer.add_value_length(HEAD)
    writer.add_rope_dimension_count(HEAD // 2)
    writer.add_rope_dimension_sections([3, 3, 2, 0])
    writer.add_full_attention_interval(2)
    writer.add_expert_count(experts)
    writer.add_expert_used_count(2)
    writer.add_expert_feed_forward_length(inner)
    writer.add_expert_shared_feed_forward_length(inner)
    writer.add_ssm_conv_kernel(4)
    writer.add_ssm_inner_size(state * values)
    writer.add_ssm_state_size(state)
    writer.add_ssm_time_step_rank(values)
    writer.add_ssm_group_count(keys)
    file.vector("output_norm.weight", WIDTH, value=1.0)
    convolved = state * (2 * keys + values)
    for number in range(4):
        layer = f"blk.{number}."
        for name in ("attn_norm", "post_attention_norm"):
            file.vector(f"{layer}{name}.weight", WIDTH, value=1.0)
        if number in (1, 3):
            for name, outputs in (("q", 2 * HEADS * HEAD), ("k", HEAD), ("v", HEAD)):
                file.matrix(f"{layer}attn_{name}.weight", WIDTH, outputs)
            file.matrix(f"{layer}attn_output.weight", HEADS * HEAD, WIDTH)
            for name in ("attn_q_norm", "attn_k_norm"):
                file.vector(f"{layer}{name}.weight", HEAD, value=1.0)
        else:
            file.matrix(f"{layer}attn_qkv.weight", WIDTH, convolved)
            file.matrix(f"{layer}attn_gate.weight", WIDTH, state * values)
            file.vector(f"{layer}ssm_conv1d.weight", convolved, 4)
            file.vector(f"{layer}ssm_dt.bias", values)
            file.vector(f"{layer}ssm_a", values, value=_FORGETS)
            file.matrix(f"{layer}ssm_beta.weight", WIDTH, values)
            file.matrix(f"{layer}ssm_alpha.weight", WIDTH, values)
            file.vector(f"{layer}ssm_norm.weight", state, value=1.0)
            file.matrix(f"{layer}ssm_out.weight", state * values, WIDTH)
        file.vector(f"{layer}ffn_gate_inp.weight", experts, WIDTH)
        for name in ("gate", "up", "down"):
            file.vector(f"{layer}ffn_{name}_exps.weight", experts, inner, WIDTH)
            file.matrix(f"{layer}ffn_{name}_shexp.weight", WIDTH, inner)
        file.vector(f"{layer}ffn_gate_inp_shexp.weight", WIDTH)
    file.matrix("blk.3.nextn.eh_proj.weight", 2 * WIDTH, WIDTH)
    for name in ("enorm", "hnorm", "shared_head_norm"):
        file.vector(f"blk.3.nextn.{name}.weight", WIDTH, value=1.0)
    file.close()


def _recurrent(path: Path) -> None:
    inner, state, rank = 2 * WIDTH, 16, 8
    file = _Writing(path, "mamba", 2)
    file.writer.add_ssm_conv_kernel(4)
    file.writer.add_ssm_inner_size(inner)
    file.writer.add_ssm_state_size(state)
    file.writer.add_ssm_time_step_rank(rank)
    file.vector("output_norm.weight", WIDTH, value=1.0)
    for number in range(2):
        layer = f"blk.{number}."
        file.vector(f"{layer}attn_norm.weight", WIDTH, value=1.0)
        file.matrix(f"{layer}ssm_in.weight", WIDTH, 2 * inner)
        file.vector(f"{layer}ssm_conv1d.weight", inner, 4)
        file.vector(f"{layer}ssm_conv1d.bias", inner)
        file.matrix(f"{layer}ssm_x.weight", inner, rank + 2 * state)
        file.matrix(f"{layer}ssm_dt.weight", rank, inner)
        file.vector(f"{layer}ssm_dt.bias", inner)
        file.vector(f"{layer}ssm_a", inner, state, value=_FORGETS)
        file.vector(f"{layer}ssm_d", inner, value=1.0)
        file.matrix(f"{layer}ssm_out.weight", inner, WIDTH)
    file.close()


def _made(name: str, write: Callable[[Path], None]) -> Path:
    path = cache_folder("models") / f"{name}-3.gguf"
    return made_once(path, write)
