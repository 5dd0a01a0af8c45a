"""What a way to place a model is worked out from: what there is, and what was decided before."""

from __future__ import annotations

import msgspec

from engine.gguf.tensor_index import TensorIndex
from engine.placement.estimate import Overhead
from engine.placement.layout import Spread
from engine.placement.plan import MOST_DRAFTED, CacheType, Device, Fallback, Machine, Misses, Mode


class Choice(msgspec.Struct, frozen=True):
    """What is decided before the layers are divided. `mode` is the mode to place for."""

    context: int
    cache_type: CacheType
    ubatch: int
    devices: tuple[str, ...]
    mode: Mode
    spread: Spread = "even"
    sequences: int = 1

    @property
    def outputs(self) -> int:
        """Rows of one step that are drawn from: one of each answer, and what is guessed ahead."""
        return self.sequences + MOST_DRAFTED


class Given(msgspec.Struct, frozen=True):
    """What every candidate is worked out from."""

    index: TensorIndex
    machine: Machine
    budgets: dict[str, int]
    workers: tuple[str, ...] = ()
    fallbacks: tuple[Fallback, ...] = ()
    misses: Misses | None = None
    overhead: Overhead = Overhead()

    def device(self, name: str) -> Device:
        return next(device for device in (*self.machine.devices, self.machine.ram) if device.name == name)
