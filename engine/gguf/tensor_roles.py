"""Role of a weight, from its name alone.

Names are those of llama.cpp's `src/llama-arch.cpp` (LLM_TENSOR_NAMES): `blk.N.` and what the weight does, one
table for every architecture. So a new architecture needs nothing here as long as it keeps to the table.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Role = Literal[
    "attention", "dense_ffn", "shared_expert", "router", "expert", "embedding", "output", "mtp", "other"
]

# Routed experts of any architecture; shared experts end in `_shexp` and do not match. Also the regex that
# llama.cpp's own --cpu-moe gives to tensor overrides (`common/common.h`).
EXPERT_TENSOR = re.compile(r"\.ffn_(up|down|gate|gate_up)_(ch|)exps")
# Experts stored one by one, as Mixtral files of 2023 have them: no loader of llama.cpp reads them any more.
SINGLE_EXPERT = re.compile(r"\Ablk\.\d+\.ffn_(?:up|down|gate)\.\d+\.")

_LAYER = re.compile(r"(?:enc\.|dec\.)?blk\.(\d{1,9})\.(.*)", re.DOTALL)
# What mixes tokens: attention of every kind, with its norms and sinks, the indexer of sparse attention, and
# what stands in its place in recurrent and hybrid models.
_MIXES_TOKENS = re.compile(r"(?:attn|cross_attn|vis_attn|hc_attn|ssm|shortconv|time_mix|indexer)[._]")
_ROUTER = re.compile(r"(?:ffn_gate_inp|exp_probs_b|ffn_gate_tid2eid)")
_DENSE_FFN = re.compile(
    r"(?:ffn_(?:up|down|gate)\.|ffn_latent_|ffn_routed_(?:up|down)|channel_mix_|vis_(?:up|down|gate)\.)"
)
_EMBEDDINGS = ("token_embd.", "per_layer_token_embd.", "position_embd.", "token_types.")


class Part(NamedTuple):
    """`layer` is -1 for a weight outside the layers; `kind` ("up", "gate", "down", "gate_up") is "" for all
    but routed experts."""

    role: Role
    layer: int = -1
    kind: str = ""


def classify(name: str) -> Part:
    """The role of the tensor `name`. Biases and scales go with their weight.

    Weights outside the layers that are no embedding table count as output: llama.cpp puts them where the
    output is, or copies some few kilobytes to each device (rope factors).
    """
    match = _LAYER.fullmatch(name)
    if not match:
        if name.startswith(_EMBEDDINGS):
            return Part("embedding")
        return Part("mtp") if name.startswith("nextn.") else Part("output")
    layer, rest = int(match[1]), match[2]
    expert = EXPERT_TENSOR.search(name)
    if expert:
        return Part("expert", layer, expert[1])
    return Part(_role_in_layer(rest), layer)


def _role_in_layer(rest: str) -> Role:
    if rest.startswith("nextn."):
        return "mtp"
    if _ROUTER.match(rest):
        return "router"
    if "_shexp." in rest:
        return "shared_expert"
    if _DENSE_FFN.match(rest):
        return "dense_ffn"
    return "attention" if _MIXES_TOKENS.match(rest) else "other"
