"""What the heat map shows: how often each expert of each layer fired, as shades. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import msgspec


class Heat(msgspec.Struct, frozen=True):
    """A matrix of `layers` by experts. `shares[row]` add up to 1 in a layer that fired; `levels` are shades
    0 to 255, one byte an expert, row after row."""

    layers: tuple[int, ...]
    experts: int
    shares: tuple[tuple[float, ...], ...]
    levels: bytes

    @property
    def size(self) -> tuple[int, int]:
        """Layers and experts."""
        return len(self.layers), self.experts

    def busiest(self) -> tuple[int, int, float]:
        """Layer, expert and share of the expert that took most of its layer."""
        share, row, expert = max(
            (share, row, expert) for row, line in enumerate(self.shares) for expert, share in enumerate(line)
        )
        return self.layers[row], expert, share


def blank(layers: int, experts: int) -> Heat:
    """The matrix before anything fired."""
    return Heat(tuple(range(layers)), experts, ((0.0,) * experts,) * layers, bytes(layers * experts))


def heat_of(counts: Sequence[tuple[int, ...]]) -> Heat | None:
    """The matrix of counts by layer; None where nothing fired. A layer without experts has an empty row.

    Shades follow the root of the share, so that what fired a little is told from what never did.
    """
    layers = tuple(layer for layer, row in enumerate(counts) if row)
    experts = max((len(row) for row in counts), default=0)
    shares = []
    for layer in layers:
        row = counts[layer]
        total = sum(row)
        padded = (*row, *([0] * (experts - len(row))))
        shares.append(tuple(count / total for count in padded) if total else (0.0,) * experts)
    most = max((share for line in shares for share in line), default=0.0)
    if most <= 0:
        return None
    levels = bytes(round(255 * sqrt(share / most)) for line in shares for share in line)
    return Heat(layers, experts, tuple(shares), levels)
