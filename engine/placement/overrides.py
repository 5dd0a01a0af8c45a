"""Tensor overrides that keep experts in RAM.

llama.cpp compiles each pattern for each tensor (std::regex, first match wins), so there is one pattern for all
whole layers and one for the partial layer. A pattern also matches biases and scales of its weights.
"""

from __future__ import annotations

from collections.abc import Collection

from engine.gguf.tensor_roles import EXPERT_TENSOR
from engine.placement.plan import RAM, Override, PartialLayer

EXPERTS = EXPERT_TENSOR.pattern


def overrides_for(
    in_ram: Collection[int], on_devices: Collection[int], partial: PartialLayer | None, kinds: Collection[str]
) -> tuple[Override, ...]:
    """Overrides for layers that lie on a device themselves.

    `in_ram` are those whose experts stay in RAM, the partial layer not counted; `on_devices` the others.
    `kinds` are the kinds of expert tensors that the partial layer has.
    """
    made = []
    if partial is not None:
        left = "|".join(kind for kind in kinds if kind not in partial.kinds)
        made.append(Override(rf"blk\.{partial.layer}\.ffn_({left})_(ch|)exps", RAM))
    if in_ram and not on_devices and partial is None:
        made.append(Override(EXPERTS, RAM))
    elif in_ram:
        made.append(Override(rf"blk\.({numbers_pattern(in_ram)}){EXPERTS}", RAM))
    return tuple(made)


def numbers_pattern(numbers: Collection[int]) -> str:
    """A short alternation that matches exactly these numbers: 8, 9, 10, 11, 13 give `[89]|1[013]`."""
    by_tens: dict[int, list[int]] = {}
    for number in sorted(numbers):
        by_tens.setdefault(number // 10, []).append(number % 10)
    return "|".join(f"{tens or ''}{_digits(digits)}" for tens, digits in by_tens.items())


def _digits(digits: list[int]) -> str:
    if len(digits) == 1:
        return str(digits[0])
    if len(digits) > 2 and digits[-1] - digits[0] == len(digits) - 1:
        return f"[{digits[0]}-{digits[-1]}]"
    return "[" + "".join(map(str, digits)) + "]"
