"""The kept states of a loaded model: where they are, how large they may be, and what they depend on."""

from __future__ import annotations

import hashlib
from pathlib import Path

import psutil

from engine.api import LoadRequest
from engine.local import native
from engine.local.model.session import Session
from engine.local.prompt_cache.prompt_cache import PromptCache
from engine.placement.plan import Placement

# States in RAM take at most so much of what is free once the model is loaded, and at most so many bytes.
RAM_SHARE, RAM_LIMIT = 8, 4 * 2**30


def open_prompt_cache(session: Session, request: LoadRequest) -> PromptCache:
    """What is kept for a session; what an earlier one with the same model, build and parameters wrote is found."""
    folder = Path(request.states) if request.states else None
    ram_limit = min(psutil.virtual_memory().available // RAM_SHARE, RAM_LIMIT)
    plan = session.facts.plan
    key = cache_key(request.path, plan.placement if plan else None)
    return PromptCache(folder, key, ram_limit, request.states_limit)


def cache_key(path: str, placement: Placement | None) -> str:
    """Names all that the bytes of a state depend on: the file as it is now, the library's build, the kinds of the
    cache, and the devices that computed it, which round differently and lay it out in their own way.

    Not the length of the context, how many layers lie where and how weights are loaded: those change with the memory
    that is free at a load, and the bytes do not.
    """
    file = Path(path).stat()
    computed = (
        (placement.cache_type_k, placement.cache_type_v, placement.devices, placement.workers)
        if placement
        else ()
    )
    parts = (
        str(Path(path).resolve()),
        file.st_size,
        file.st_mtime_ns,
        native.library_version(),
        native.PINNED_VERSION,
        *computed,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()
