"""A planned file with its plan."""

from __future__ import annotations

from engine.gguf.tensor_index import TensorIndex
from engine.placement.fewer_experts import own_experts, with_experts_used
from engine.placement.plan import Machine, Plan, PlannedModel


def described(
    path: str, file: TensorIndex, machine: Machine, plan: Plan, experts_used: int = 0
) -> PlannedModel:
    """The plan of the model at `path`, with what its table of tensors says of the model; `experts_used` as in
    `PlacementOptions`."""
    index = with_experts_used(file, experts_used)
    return PlannedModel(
        path=path,
        architecture=index.architecture,
        layers=len(index.layers),
        experts=index.experts,
        experts_used=index.experts_used,
        parameters=index.parameters,
        active_parameters=index.active_parameters,
        bytes=index.bytes,
        expert_bytes=index.expert_bytes,
        active_bytes_per_token=index.active_bytes_per_token,
        machine=machine,
        plan=plan,
        trained_context=index.trained_context,
        own_experts=own_experts(file),
    )
