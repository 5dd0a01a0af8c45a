"""Queue and prefill progress as events of a run. Pure."""

from __future__ import annotations

from app.services.models.cache_miss import worth_telling
from app.services.models.turns import Progress
from app.services.runs.events import RunPrefill, RunWaits
from engine.api import Queued


def run_progress(run: int, event: Progress) -> RunWaits | RunPrefill:
    """Of the turn that the run waits for."""
    if isinstance(event, Queued):
        return RunWaits(run, event.ahead)
    return RunPrefill(
        run, event.done, event.total, worth_telling(event.recomputed, event.total, event.cached)
    )
