"""Events of the library."""

from __future__ import annotations

from app.services.events import ServiceEvent


class LibraryChanged(ServiceEvent, frozen=True):
    """A model came, went, was renamed, verified or found missing; read the library again."""


class VerifyProgress(ServiceEvent, frozen=True):
    """`done` of `total` bytes of a model were read and compared; `repairing` while bytes are fetched again."""

    model: str
    done: int
    total: int
    repairing: bool = False


class MoveProgress(ServiceEvent, frozen=True):
    """The library's folder moves to `folder`: `done` of `total` bytes are there. Equal when it is over."""

    folder: str
    done: int
    total: int
