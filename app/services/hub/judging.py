"""The verdict on a table of tensors: by what the machine has, and beside it what is missing at this moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.services.placement.placements import Placements
from engine.hub.values import Verdict
from engine.placement.plan import PlacementOptions

if TYPE_CHECKING:
    from engine.gguf.tensor_index import TensorIndex

# With so much free beside all bytes of a model no second plan is needed to know that it runs now.
_PLENTY_SHARE, _PLENTY = 1.1, 3 * 2**30


def judge(
    placements: Placements,
    tensors: TensorIndex,
    options: PlacementOptions,
    patience: float = 0.0,
    *,
    vision: int = 0,
    steady: bool = False,
) -> Verdict:
    """Bandwidths that are being measured are waited for so many seconds. `vision`: bytes that its projector takes.
    `steady`: the verdict is the same whatever
    else runs, though a model may just run now that would not with the usual reserve. Raises as `Placements.planned`
    does."""
    from engine.hub.verdict import settled, verdict

    closed = verdict(*placements.estimated(tensors, options, patience, vision))
    need = (closed.device_bytes + closed.ram_bytes) * _PLENTY_SHARE + _PLENTY
    if closed.fit in ("device", "divided", "ram") and placements.machine_now().ram.free >= need:
        return closed
    found = settled(closed, verdict(*placements.estimated_now(tensors, options, vision)))
    return msgspec.structs.replace(closed, busy_bytes=found.busy_bytes) if steady else found
