"""Which type llama.cpp's quantiser gives to a tensor.

BF16, Q8_0, MXFP4 and Q4_K_M are exact, after `src/llama-quant.cpp` (tensor_allows_quantization,
llama_tensor_get_type_impl, tensor_type_fallback). Of the others the types of most weights are known, which is
exact enough for speeds.
"""

from __future__ import annotations

import re

from engine.gguf.ggml_types import GGML_TYPES

# MXFP4: experts in four bits as published by the maker, everything else in Q8_0.
Scheme = str
# The types of experts, of other weights, and of the output.
_MIXED = {
    name: (experts, rest, "Q6_K")
    for name, experts, rest in (
        row.split()
        for row in """
    Q2_K Q2_K Q3_K, Q3_K_S Q3_K Q3_K, Q3_K_M Q3_K Q4_K, Q3_K_L Q3_K Q5_K, Q4_0 Q4_0 Q4_0, Q4_1 Q4_1 Q4_1,
    Q4_K_S Q4_K Q4_K, Q5_0 Q5_0 Q5_0, Q5_1 Q5_1 Q5_1, Q5_K_S Q5_K Q5_K, Q5_K_M Q5_K Q5_K, Q6_K Q6_K Q6_K,
    IQ1_S IQ1_S IQ2_XS, IQ1_M IQ1_M IQ2_XS, IQ2_XXS IQ2_XXS IQ2_S, IQ2_XS IQ2_XS IQ2_S, IQ2_S IQ2_S IQ3_S,
    IQ2_M IQ2_S IQ3_S, IQ3_XXS IQ3_XXS IQ3_S, IQ3_XS IQ3_XXS IQ3_S, IQ3_S IQ3_S IQ4_XS, IQ3_M IQ3_S Q4_K,
    IQ4_XS IQ4_XS Q5_K, IQ4_NL IQ4_NL Q5_K, NVFP4 NVFP4 Q8_0,
    UD_Q2_K Q2_K Q6_K, UD_Q3_K Q3_K Q6_K, UD_Q4_K Q4_K Q6_K, UD_Q5_K Q5_K Q6_K, UD_Q6_K Q6_K Q8_0
    """.strip().split(",")
    )
} | {"MXFP4_F16": ("MXFP4", "F16", "F16")}
_EXACT = ("BF16", "F16", "Q8_0", "Q4_K_M", "MXFP4")
# ik_llama.cpp's own types by those of the same bits.
_OTHER_NAMES = {"IQ2_K": "Q2_K", "IQ3_K": "Q3_K_S", "IQ4_K": "Q4_K_S", "IQ5_K": "Q5_K_S", "IQ6_K": "Q6_K"}
# Types that are not known by name, by their bits.
_BY_BITS = {
    "1": "IQ1_M",
    "2": "Q2_K",
    "3": "Q3_K_S",
    "4": "Q4_K_S",
    "5": "Q5_K_S",
    "6": "Q6_K",
    "8": "Q8_0",
}
_NAME = re.compile(r"(UD[-_])?((?:I?Q\d|BF16|F16|MXFP4|NVFP4|TQ\d)(?:_[A-Z0-9]+)*)")

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
    if scheme in ("BF16", "F16"):
        return scheme
    if scheme == "MXFP4" and "_exps." in name:
        return "MXFP4"
    if scheme in ("Q8_0", "MXFP4"):
        return "Q8_0"
    chosen = (
        _q4_k_m(name, layer, layers, experts, tied=tied)
        if scheme == "Q4_K_M"
        else _mixed(_MIXED[scheme], name, tied=tied)
    )
    block, _ = _BLOCKS[chosen]
    return chosen if shape[0] % block == 0 else _smaller_block(chosen)


def scheme_named(words: str) -> Scheme | None:
    """The scheme that words such as "UD-Q4_K_XL" or "IQ4_XS experts" name; None: none that is known."""
    found = _NAME.search(
        words.upper().replace("-Q", "_Q") if words.upper().startswith("UD") else words.upper()
    )
    if found is None:
        return None
    name = re.sub(r"_R\d+$", "", found[2])
    if name in ("F16", "BF16") and "MXFP4" in words.upper():
        return "MXFP4_F16"
    base = re.sub(r"_(XL|L|M|S)$", "", name)
    if (found[1] or name.endswith("_XL")) and f"UD_{base}" in _MIXED:
        return f"UD_{base}"
    mixture = name.removesuffix("_MOE")
    for each in (mixture, base, _OTHER_NAMES.get(name, ""), f"{base}_M"):
        if each in _MIXED or each in _EXACT:
            return each
    bits = re.search(r"I?Q(\d)", name)
    return _BY_BITS.get(bits[1]) if bits else None


def _mixed(types: tuple[str, str, str], name: str, *, tied: bool) -> str:
    if name == "output.weight" or (tied and name == "token_embd.weight"):
        return types[2]
    return types[0] if "_exps." in name else types[1]


def _smaller_block(chosen: str) -> str:
    """What takes rows of any multiple of 32, in at least as many bits; F16 where not even that."""
    return _SMALLER_BLOCKS.get(chosen) or ("Q5_0" if chosen == "Q5_K" else "IQ4_NL")


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
