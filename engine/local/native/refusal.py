"""Reasons why llama.cpp refused a model or a context, from its log."""

from __future__ import annotations

import re

from engine.errors import UserError
from engine.local.native.library import log_tail
from engine.placement.plan import Placement

_ARCHITECTURE = re.compile(r"unknown model architecture: '([^']*)'")
_CACHE = re.compile(r"[KV] cache|flash_attn", re.IGNORECASE)


def model_refusal() -> UserError:
    """`engine.unknown_architecture` (architecture) or `engine.load_failed` (detail)."""
    lines = log_tail()
    unknown = _ARCHITECTURE.search("\n".join(lines))
    if unknown:
        return UserError("engine.unknown_architecture", architecture=unknown[1])
    return UserError("engine.load_failed", detail=_complaint(lines)[:300])


def context_refusal(placement: Placement) -> UserError:
    """`engine.cache_type` (kind, detail) when the cache's storage type does not suit the model, else
    `engine.context_memory` (context)."""
    complaint = _complaint(log_tail())
    kinds = {placement.cache_type_k, placement.cache_type_v} - {"f16"}
    if kinds and _CACHE.search(complaint):
        return UserError("engine.cache_type", kind=", ".join(sorted(kinds)), detail=complaint[:300])
    return UserError("engine.context_memory", context=placement.context)


def _complaint(lines: tuple[str, ...]) -> str:
    said = [
        line for line in lines if any(word in line.lower() for word in ("error", "fail", "require", "divide"))
    ]
    return said[0] if said else (lines[-1] if lines else "no message")
