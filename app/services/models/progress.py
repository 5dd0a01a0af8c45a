"""Converts a request's progress before its first token to events. Pure."""

from __future__ import annotations

from app.services.models.cache_miss import worth_telling
from app.services.models.events import GenerationQueued, Owner, PromptProgress
from engine.api import PrefillProgress, Queued


def progress_event(owner: Owner, event: Queued | PrefillProgress) -> GenerationQueued | PromptProgress:
    """The event for `owner`."""
    if isinstance(event, Queued):
        return GenerationQueued(owner, event.ahead)
    recomputed = worth_telling(event.recomputed, event.total, event.cached)
    return PromptProgress(owner, event.done, event.total, recomputed)
