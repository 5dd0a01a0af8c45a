"""Opens what lets a loaded model see, in the memory that is left."""

from __future__ import annotations

from pathlib import Path

import psutil

from engine.api import LoadRequest
from engine.errors import ErrorInfo, UserError
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.projector import projector_beside, read_projector
from engine.gguf.reading import read_index
from engine.local.pictures.sight import Sight
from engine.placement.plan import RAM, Plan

# Kinds whose pictures have as many rows as their size asks for, and all of them in one step.
_WHOLE = ("gemma4v", "gemma4uv", "deepseek4v")
# What a loaded projector takes of its file's bytes, with the buffers of a usual picture, and besides.
_SHARE, _BESIDES = 1.2, 32 * 2**20


def open_sight(
    request: LoadRequest, gguf: GgufIndex, plan: Plan, model: int, threads: int
) -> tuple[Sight | None, tuple[ErrorInfo, ...]]:
    """For the loaded `model` of that file: the requested projector or the one beside it, not loaded yet; or why it
    cannot be used.

    It will be in RAM, and gets what the plan, and all else on the machine, leaves of it.
    """
    wanted = request.options.mmproj
    try:
        found = read_projector(Path(wanted), gguf) if wanted else projector_beside(gguf)
    except UserError as error:
        return None, (error.info,)
    if found is None or not found.sees:
        return None, ()
    needed, free = round(found.bytes * _SHARE) + _BESIDES, _left(request, plan)
    if needed > free:
        return None, (ErrorInfo("projector.no_room", {"needed_bytes": needed, "free_bytes": free}),)
    fingerprint = read_index(found.path).fingerprint
    sight = Sight(
        str(found.path),
        fingerprint,
        request.path,
        model,
        threads,
        use_gpu=False,
        most_rows=plan.placement.ubatch if found.kind in _WHOLE else 0,
        verdicts=request.calibrations,
    )
    return sight, ()


def _left(request: LoadRequest, plan: Plan) -> int:
    """Bytes of RAM; weights that are mapped from their file can make room."""
    free = psutil.virtual_memory().available
    if RAM in request.options.budgets:
        taken = plan.bytes[RAM].total if RAM in plan.bytes else 0
        free = min(free, plan.budgets[RAM] - taken)
    return max(0, free)
