"""Input of placement candidates: the machine and earlier choices."""

from __future__ import annotations

import msgspec

from engine.gguf.tensor_index import TensorIndex
from engine.placement.estimate import Overhead
from engine.placement.layout import Spread
from engine.placement.plan import (
    MOST_DRAFTED,
    MOST_DRAFTED_FROM_DISK,
    Attention,
    CacheType,
    Device,
    Fallback,
    Machine,
    Misses,
    Mode,
)

# ggml lays tensors out at multiples of 32 bytes (`TENSOR_ALIGNMENT`), and the numbers of the rows to draw from, 4
# bytes each, are among the first: where they fill cache lines of 64 bytes, all tensors behind them begin with one.
# Else matrix units read two lines for one, and prompts take a third longer (measured with AMX).
_ROWS_PER_LINE = 16


class Choice(msgspec.Struct, frozen=True):
    """What is chosen before layers are divided. `mode` is the mode to place for. `whole_layers` so many layers have
    all their experts on the device whose cache has slots for those of the others. `above`: where experts are read
    from the file, the first card has slots for those of all layers, beside `whole_layers` with all of theirs."""

    context: int
    cache_type: CacheType
    ubatch: int
    devices: tuple[str, ...]
    mode: Mode
    spread: Spread = "even"
    sequences: int = 1
    attention: Attention = "flash"
    whole_layers: int = 0
    above: bool = False

    @property
    def outputs(self) -> int:
        """Rows of one step with logits: one per answer, and drafts, rounded up to a cache line of their numbers."""
        rows = self.sequences + (MOST_DRAFTED_FROM_DISK if self.mode == "disk" else MOST_DRAFTED)
        return -(-rows // _ROWS_PER_LINE) * _ROWS_PER_LINE


class Given(msgspec.Struct, frozen=True):
    """The input of every candidate. `length` as in `PlacementOptions`."""

    index: TensorIndex
    machine: Machine
    budgets: dict[str, int]
    workers: tuple[str, ...] = ()
    fallbacks: tuple[Fallback, ...] = ()
    misses: Misses | None = None
    overhead: Overhead = Overhead()
    kv_overrides: tuple[tuple[str, int], ...] = ()
    length: int = 0

    def device(self, name: str) -> Device:
        return next(device for device in (*self.machine.devices, self.machine.ram) if device.name == name)
