"""Events of collections."""

from __future__ import annotations

from app.services.events import ServiceEvent


class CollectionsChanged(ServiceEvent, frozen=True):
    """Collections were made, changed or removed, or more of their files are read."""


class EmbeddingModelChanged(ServiceEvent, frozen=True):
    """Search by meaning uses another model: all vectors are to be made again."""
