"""Refuses models whose metadata and tensors contradict each other, before native code sees them.

Much of what is refused here is a GGML_ASSERT in llama.cpp (`src/llama-model.cpp`, load_hparams): it would not
fail to load, it would end the process.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.errors import UserError
from engine.gguf.gguf_file import Tensor
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.tensor_roles import SINGLE_EXPERT, classify

_MAX_LAYERS = 512  # LLAMA_MAX_LAYERS
_MAX_EXPERTS = 1024  # LLAMA_MAX_EXPERTS
_MAX_COUNT = 2**31 - 1
# Keys that say how many, of the model as a whole or of each layer.
_COUNTS = tuple(
    """
    block_count nextn_predict_layers context_length embedding_length vocab_size expert_group_count
    expert_group_used_count expert_shared_count attention.shared_kv_layers ssm.conv_kernel
    ssm.inner_size ssm.state_size ssm.group_count
    """.split()
)
_COUNTS_BY_LAYER = (
    "expert_count",
    "expert_used_count",
    "feed_forward_length",
    "attention.head_count",
    "attention.head_count_kv",
    "attention.key_length",
    "attention.value_length",
    "attention.sliding_window",
)


def check_consistency(index: GgufIndex) -> None:
    """Raises UserError `model.damaged` (`path`, `detail`), `model.experts` (`path`, `used`, `experts`) for more
    experts used than there are, or `model.outdated` (`path`) for experts stored one by one."""
    for detail in _contradictions(index):
        raise UserError("model.damaged", path=str(index.path), detail=detail)
    experts, used = index.number("expert_count"), index.number("expert_used_count")
    if used > experts:
        raise UserError("model.experts", path=str(index.path), used=used, experts=experts)
    if any(SINGLE_EXPERT.match(tensor.name) for tensor in index.tensors):
        raise UserError("model.outdated", path=str(index.path))
    for detail in _expert_contradictions(index, experts, used):
        raise UserError("model.damaged", path=str(index.path), detail=detail)


def _contradictions(index: GgufIndex) -> Iterator[str]:
    for key in (*_COUNTS, *_COUNTS_BY_LAYER):
        value = index.value(key)
        if value is not None and not _is_count(value, by_layer=key in _COUNTS_BY_LAYER):
            yield f"{key} {value!r:.40}"
    layers, mtp = index.number("block_count"), index.number("nextn_predict_layers")
    if layers > _MAX_LAYERS:
        yield f"{layers} layers"
    if layers and mtp > layers:
        yield f"{mtp} of {layers} layers for prediction"
    last = max((classify(tensor.name).layer for tensor in index.tensors), default=-1)
    if last >= (max(layers, index.number("decoder_block_count")) or _MAX_LAYERS):
        yield f"a tensor of layer {last} in a model of {layers} layers"


def _expert_contradictions(index: GgufIndex, experts: int, used: int) -> Iterator[str]:
    if experts > _MAX_EXPERTS:
        yield f"{experts} experts"
    if experts and not used:
        yield f"{experts} experts and none is used"
    groups, groups_used = index.number("expert_group_count"), index.number("expert_group_used_count")
    if groups > 1 and (groups >= experts or experts % groups or not 0 < groups_used < groups):
        yield f"{experts} experts in {groups} groups, {groups_used} used"
    tensors = [tensor for tensor in index.tensors if classify(tensor.name).role == "expert"]
    if tensors and not experts:
        yield f"tensor {tensors[0].name!r} in a model without experts"
    # One expert is how some dense models call their only feed-forward block; without tensors it is a vocabulary.
    if experts > 1 and index.tensors and not tensors:
        yield f"{experts} experts and no tensor of theirs"
    for tensor in tensors:
        if not _holds(tensor, experts):
            yield f"tensor {tensor.name!r} of shape {tensor.shape} for {experts} experts"


def _holds(tensor: Tensor, experts: int) -> bool:
    """Whether the tensor's last dimension counts the experts. Chunk experts have a count of their own, and
    a single scale may stand for all."""
    if "_chexps." in tensor.name or not tensor.name.endswith((".weight", ".bias")):
        return True
    return tensor.shape[-1] == experts or (experts == 1 and len(tensor.shape) < 3)


def _is_count(value: Any, *, by_layer: bool) -> bool:
    if isinstance(value, tuple):
        return by_layer and len(value) > 0 and all(_is_count(one, by_layer=False) for one in value)
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_COUNT
