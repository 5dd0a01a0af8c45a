"""What the window is told of CUDA as a download."""

from __future__ import annotations

from typing import Literal

import msgspec

from app.services.events import ServiceEvent
from engine.errors import ErrorInfo


class CudaState(msgspec.Struct, frozen=True):
    """`phase`: nobody has looked yet; there is none here; what a release has is being asked; that waits for a yes,
    with the `bytes` to fetch and the `disk_bytes` it takes; it is being fetched, `received` of them so far; being
    tried; in use. `cards` can use it. `is_other`: what is here belongs to another version. `is_new`: models that are
    loaded don't use it yet. `error` is why it can't be had, or, where `can_ask`, why the last try failed."""

    phase: Literal["unknown", "none", "looking", "offered", "fetching", "trying", "ready"] = "unknown"
    cards: str = ""
    bytes: int = 0
    disk_bytes: int = 0
    received: int = 0
    is_other: bool = False
    is_new: bool = False
    can_ask: bool = False
    error: ErrorInfo | None = None


class CudaChanged(ServiceEvent, frozen=True):
    """The state of CUDA after a change."""

    state: CudaState
