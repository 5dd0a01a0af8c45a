"""Cache key and opening of a loaded model's prompt cache."""

from __future__ import annotations

import hashlib
from pathlib import Path

import psutil

from engine.api import LoadRequest
from engine.local import native
from engine.local.model.session import Session
from engine.local.prompt_cache.prompt_cache import PromptCache
from engine.placement.plan import Placement
from engine.placement.slots.disk_floor import states_limit

# States in RAM take at most so much of what is free once the model is loaded, and at most so many bytes.
RAM_SHARE, RAM_LIMIT = 8, 4 * 2**30


def open_prompt_cache(session: Session, request: LoadRequest) -> PromptCache:
    """Open the prompt cache of a session; finds states of an earlier one with the same key."""
    folder = Path(request.states) if request.states else None
    ram_limit = min(psutil.virtual_memory().available // RAM_SHARE, RAM_LIMIT)
    plan = session.facts.plan
    ram_limit = states_limit(plan, ram_limit)
    key = cache_key(request.path, plan.placement if plan else None)
    return PromptCache(folder, key, ram_limit, request.states_limit)


def cache_key(path: str, placement: Placement | None) -> str:
    """Identify everything that a state's bytes depend on: the file in its present state, the library's build,
    the cache types, attention (plain keeps values transposed), the devices, the layout of weights and the number of
    experts, which round and lay out in their own ways.

    Not the context's length, the split of layers or the load mode: these vary with free memory, the bytes do
    not.
    """
    file = Path(path).stat()
    computed = (
        (
            placement.cache_type_k,
            placement.cache_type_v,
            placement.attention,
            placement.devices,
            placement.workers,
            placement.repack,
            placement.kv_overrides,
        )
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
