"""Fewer experts for each token than a model was trained with: faster, and a little less exact."""

from __future__ import annotations

import math

import msgspec

from engine.errors import UserError
from engine.gguf.tensor_index import Layer, TensorIndex
from engine.placement.plan import PlacementOptions


def own_experts(index: TensorIndex) -> int:
    """How many experts a token uses as the model was made; 0 where there is no lower number to choose: a dense model,
    one expert a token, or a number for each layer, which llama.cpp does not let anybody change."""
    return index.experts_used if index.experts_used > 1 and index.expert_bytes and index.experts_alike else 0


def numbers_to_try(own: int) -> tuple[int, ...]:
    """Numbers below the model's own that are worth a look: three quarters, half and a quarter of them."""
    return (
        tuple(sorted({max(own * part // 4, 1) for part in (3, 2, 1)} - {own}, reverse=True))
        if own > 1
        else ()
    )


def with_experts_used(index: TensorIndex, wanted: int) -> TensorIndex:
    """The model with so many experts for each token, 0: its own.

    Raises UserError `experts.not_a_mixture`, or `experts.bad_number` (`value`, `most`) unless it is below that.
    """
    if not wanted or wanted == index.experts_used:
        return index
    own = own_experts(index)
    if not own:
        raise UserError("experts.not_a_mixture")
    if not 0 < wanted < own:
        raise UserError("experts.bad_number", value=wanted, most=own)
    layers = tuple(
        msgspec.structs.replace(layer, experts_used=min(layer.experts_used, wanted)) for layer in index.layers
    )
    saved = sum(map(_expert_parameters, index.layers)) * (own - wanted) // index.experts
    return msgspec.structs.replace(
        index, layers=layers, experts_used=wanted, active_parameters=index.active_parameters - saved
    )


def without_unfit_experts(options: PlacementOptions, index: TensorIndex) -> PlacementOptions:
    """The options without a number of experts that this model has no use for: stored ones outlive a file."""
    fits = 0 < options.experts_used < own_experts(index)
    return options if fits or not options.experts_used else msgspec.structs.replace(options, experts_used=0)


def overridden(index: TensorIndex, wanted: int) -> tuple[tuple[str, int], ...]:
    """What llama.cpp is told instead of the file's number, for a model with so many experts; 0: nothing."""
    return ((f"{index.architecture}.expert_used_count", wanted),) if wanted else ()


def _expert_parameters(layer: Layer) -> int:
    return sum(math.prod(tensor.shape) for tensor in layer.expert_tensors)
