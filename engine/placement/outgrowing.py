"""Whether a conversation has outgrown the way of attention that was chosen for a usual one."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from engine.errors import ErrorInfo
from engine.gguf.tensor_index import TensorIndex
from engine.placement.plan import Attention, CacheType, Machine, Placement, PlacementOptions, Plan
from engine.placement.planner import plan as estimated
from engine.placement.predict import READ_CONTEXT
from engine.placement.variations import ANSWER_TOKENS, PROMPT_TOKENS, answer_seconds

MakePlan = Callable[[PlacementOptions], Plan]


class Planned(NamedTuple):
    """What a plan was made of. `again` makes one whose bytes are exact, and raises UserError."""

    tensors: TensorIndex
    machine: Machine
    options: PlacementOptions
    again: MakePlan


def outgrown(planned: Planned, current: Plan, held: int, change_s: float) -> Plan | None:
    """The plan that differs from `current` by nothing but attention and saves more than `change_s` seconds over what
    is to be expected of a conversation of `held` tokens: as much again, as far as there is room. None: there is none.
    """
    placement = current.placement
    rest = min(held, placement.context - held)
    if held <= READ_CONTEXT or rest <= 0:
        return None
    fixed = msgspec.structs.replace(planned.options, context=placement.context, ubatch=placement.ubatch)
    longer = msgspec.structs.replace(fixed, length=held + rest // 2)
    other = estimated(planned.tensors, planned.machine, longer)
    if way_of(other.placement) == way_of(placement):
        return None
    stays = estimated(planned.tensors, planned.machine, _asking_for_the_way_of(placement, longer))
    saved = _answer_s(stays) - _answer_s(other)
    if saved / (PROMPT_TOKENS + ANSWER_TOKENS) * rest <= change_s:
        return None
    found = planned.again(_asking_for_the_way_of(other.placement, fixed))
    nothing_else = _with_the_way_of(found.placement, placement) == found.placement
    if not nothing_else or not found.fits or found.paged > current.paged:
        return None
    notice = ErrorInfo("plan.for_long_conversations", {"tokens": held})
    return msgspec.structs.replace(found, notices=(*current.notices, notice))


def way_of(placement: Placement) -> tuple[Attention, CacheType, CacheType]:
    """How attention is computed, and as what keys and values are kept."""
    return placement.attention, placement.cache_type_k, placement.cache_type_v


def _asking_for_the_way_of(placement: Placement, options: PlacementOptions) -> PlacementOptions:
    return msgspec.structs.replace(options, attention=placement.attention, cache_type=placement.cache_type_k)


def _with_the_way_of(other: Placement, placement: Placement) -> Placement:
    attention, cache_type_k, cache_type_v = way_of(other)
    return msgspec.structs.replace(
        placement, attention=attention, cache_type_k=cache_type_k, cache_type_v=cache_type_v
    )


def _answer_s(plan: Plan) -> float:
    return answer_seconds(plan.predicted.prefill_tps, plan.predicted.decode_tps)
