"""Width of llama.cpp's graph of a model: values of one token that are live at once while a layer is computed.

Read off dry runs of published models (`sched_reserve: compute buffer size`) with the graphs of
`src/llama-graph.cpp` beside them: build_ffn and build_moe_ffn keep the up and gate projections and their product,
of as many experts as a token uses, and the outputs of these experts until they are added up; latent attention
keeps queries, keys and results in the latent space of every head.
"""

from __future__ import annotations

from engine.gguf.gguf_file import Tensor
from engine.gguf.gguf_index import GgufIndex

# Beside the widest: the residual stream, its normalized copy, and what is added to them.
_EMBEDDINGS = 5
_MIXER_INPUTS = ("attn_q", "attn_qkv", "ssm_in")


def graph_width(index: GgufIndex, *, inside_experts: bool = True) -> int:
    """Elements, all F32; 0 for a file without layers. Errs to the large side, by up to a quarter. Without what lies
    `inside_experts`, between their projections, where these are computed elsewhere."""
    embedding, used = index.number("embedding_length"), index.number("expert_used_count")
    layers: dict[str, dict[str, Tensor]] = {}
    for tensor in index.tensors:
        prefix, _, rest = tensor.name.partition(".")
        number, _, name = rest.partition(".")
        if prefix == "blk" and name.endswith(".weight"):
            layers.setdefault(number, {})[name.removesuffix(".weight")] = tensor
    if not layers:
        return 0
    return _EMBEDDINGS * embedding + max(
        _widest(weights, embedding, used, inside_experts) for weights in layers.values()
    )


def _widest(weights: dict[str, Tensor], embedding: int, used: int, inside_experts: bool) -> int:
    routed = _inner(weights, "_exps")
    latent = weights.get("attn_k_b")
    return max(
        _inner(weights, ""),
        used * (embedding + routed * inside_experts) if routed else 0,
        2 * max((_out(weights.get(name)) for name in _MIXER_INPUTS), default=0),
        3 * latent.shape[-1] * _out(weights.get("attn_kv_a_mqa")) if latent else 0,
    )


def _inner(weights: dict[str, Tensor], suffix: str) -> int:
    """The projections of a feed-forward block and their product."""
    both, up = _out(weights.get(f"ffn_gate_up{suffix}")), _out(weights.get(f"ffn_up{suffix}"))
    if both:
        return both + both // 2
    return up * (3 if f"ffn_gate{suffix}" in weights else 2)


def _out(tensor: Tensor | None) -> int:
    return tensor.shape[1] if tensor is not None and len(tensor.shape) > 1 else 0
