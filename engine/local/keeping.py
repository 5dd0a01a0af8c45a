"""The kept states of a loaded model: where they are, how large they may be, and what they depend on."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import psutil

from engine.api import LoadRequest
from engine.local import native
from engine.local.session import Session
from engine.local.states import States

# States in RAM take at most so much of what is free once the model is loaded, and at most so many bytes.
RAM_SHARE, RAM_LIMIT = 8, 4 * 2**30


def open_states(session: Session, request: LoadRequest) -> States:
    """What is kept for a session; what an earlier one with the same model, build and parameters wrote is found."""
    folder = Path(request.states) if request.states else None
    ram_limit = min(psutil.virtual_memory().available // RAM_SHARE, RAM_LIMIT)
    return States(folder, state_key(session, request.path), ram_limit, request.states_limit)


def state_key(session: Session, path: str) -> str:
    """Names all that the bytes of a state depend on: the file as it is now, the library's build, and how the context
    computes. Where the weights lie is among it, since devices round differently."""
    file = Path(path).stat()
    plan = session.facts.plan
    placement = msgspec.json.encode(plan.placement) if plan else b""
    parts = (
        str(Path(path).resolve()),
        file.st_size,
        file.st_mtime_ns,
        native.library_version(),
        native.PINNED_VERSION,
    )
    return hashlib.sha256(repr(parts).encode() + placement).hexdigest()
