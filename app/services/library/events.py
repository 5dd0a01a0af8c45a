"""Events of the library."""

from __future__ import annotations

from app.services.events import ServiceEvent


class LibraryChanged(ServiceEvent, frozen=True):
    """A model was added, removed, renamed, verified or found missing; reload the library."""


class VerifyProgress(ServiceEvent, frozen=True):
    """Verification read `done` of `total` bytes of a model; `repairing` while bytes are downloaded again."""

    model: str
    done: int
    total: int
    repairing: bool = False


class MoveProgress(ServiceEvent, frozen=True):
    """The library moves to `folder`: `done` of `total` bytes are there. Equal at the end."""

    folder: str
    done: int
    total: int
