"""Opens what lets a loaded model see, where the plan has a place for it."""

from __future__ import annotations

from engine.api import LoadRequest
from engine.gguf.projector import Projector
from engine.gguf.reading import read_index
from engine.local.pictures.sight import Sight
from engine.placement.plan import RAM, Plan
from engine.placement.vision import vision_device

# Kinds whose pictures have as many rows as their size asks for, and all of them in one step.
_WHOLE = ("gemma4v", "gemma4uv", "deepseek4v")


def open_sight(
    request: LoadRequest, found: Projector | None, plan: Plan, model: int, threads: int
) -> Sight | None:
    """The projector of the loaded `model`, not loaded yet; None where the plan has no place for it."""
    device = vision_device(plan)
    if found is None or not device:
        return None
    return Sight(
        str(found.path),
        read_index(found.path).fingerprint,
        request.path,
        model,
        threads,
        device="" if device == RAM else device,
        most_rows=plan.placement.ubatch if found.kind in _WHOLE else 0,
        verdicts=request.calibrations,
    )
