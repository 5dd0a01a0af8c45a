"""Which type llama.cpp's quantiser gives to a tensor, for the few mixtures that published tables need.

After `src/llama-quant.cpp`: tensor_allows_quantization, llama_tensor_get_type_impl, tensor_type_fallback.
"""

from __future__ import annotations

from typing import Literal

from engine.gguf.ggml_types import GGML_TYPES

# MXFP4: experts in four bits as published by the maker, everything else in Q8_0.
Scheme = Literal["BF16", "Q8_0", "Q4_K_M", "MXFP4"]

_BLOCKS = {kind.name: (kind.block, kind.bytes) for kind in GGML_TYPES.values()}
_SMALLER_BLOCKS = {"Q4_K": "Q5_0", "Q6_K": "Q8_0"}


def tensor_bytes(type_name: str, shape: tuple[int, ...]) -> int:
    block, size = _BLOCKS[type_name]
    elements = 1
    for dimension in shape:
        elements *= dimension
    return elements // block * size


def tensor_type(
    scheme: Scheme, name: str, shape: tuple[int, ...], layer: int, layers: int, experts: int, *, tied: bool
) -> str:
    """The type of one tensor of a model with so many layers and experts."""
    kept = "_norm.weight" in name or "ffn_gate_inp.weight" in name or "ssm_conv1d" in name
    if len(shape) < 2 or not name.endswith("weight") or kept:
        return "F32"
    if scheme == "BF16":
        return "BF16"
    if scheme == "MXFP4" and "_exps." in name:
        return "MXFP4"
    if scheme in ("Q8_0", "MXFP4"):
        return "Q8_0"
    chosen = _q4_k_m(name, layer, layers, experts, tied=tied)
    block, _ = _BLOCKS[chosen]
    return chosen if shape[0] % block == 0 else _SMALLER_BLOCKS[chosen]


def _q4_k_m(name: str, layer: int, layers: int, experts: int, *, tied: bool) -> str:
    """More bits for the output, and for V and the down projections of half the layers."""
    if name == "output.weight" or (tied and name == "token_embd.weight"):
        return "Q6_K"
    eighth = layers // 8
    sensitive = layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2
    if experts == 8 and ("attn_v." in name or "attn_k." in name):
        return "Q8_0"
    if experts == 8 and "attn_output." in name:
        return "Q5_K"
    if sensitive and ("attn_v." in name or "attn_qkv." in name or "ffn_down" in name):
        return "Q6_K"
    return "Q4_K"
