"""Layer assignment, computed exactly as llama.cpp does.

Source: `llama_model_base::load_tensors` in llama.cpp's `src/llama-model.cpp` ("calculate the split points").
It divides in single precision, so this does too.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import accumulate

_SINGLE = struct.Struct("<f")


def layer_devices(layers: int, gpu_layers: int, split: Sequence[float]) -> tuple[int | None, ...]:
    """The device of each repeating layer and, last, of the output; None is the CPU.

    `layers` are all blocks of the file, MTP layers included, for llama.cpp counts those too. Numbers point into
    `split`, which must have one number per device; all zero would mean "by free memory", which no plan uses.
    """
    if not split:
        return (None,) * (layers + 1)
    sums = list(accumulate(map(_single, split), lambda total, part: _single(total + part)))
    if sums[-1] <= 0:
        raise ValueError(f"split {tuple(split)} gives no device a layer")
    points = [_single(total / sums[-1]) for total in sums]
    first = max(layers + 1 - gpu_layers, 0)
    on_devices = min(gpu_layers, layers + 1)
    return tuple(
        None if layer < first else _upper_bound(points, _single((layer - first) / on_devices))
        for layer in range(layers + 1)
    )


def _upper_bound(points: Sequence[float], value: float) -> int:
    """std::upper_bound: the first point greater than `value`."""
    return next(number for number, point in enumerate(points) if point > value)


def _single(value: float) -> float:
    """Rounded to a C float. Rounding a double sum or quotient of two floats is exact arithmetic in float."""
    rounded: float = _SINGLE.unpack(_SINGLE.pack(value))[0]
    return rounded
