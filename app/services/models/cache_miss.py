"""Decides when a prompt cache miss is worth reporting. Pure."""

from __future__ import annotations

from engine.errors import ErrorInfo
from engine.values import Usage

# Fewer are processed before anybody wonders.
LEAST_TOKENS = 256


def reread_tokens(recomputed: ErrorInfo) -> int:
    """The number of recomputed tokens, from `Usage.recomputed`."""
    tokens = recomputed.params.get("tokens", 0)
    return int(tokens) if isinstance(tokens, int | float) else 0


def worth_telling(recomputed: ErrorInfo | None, prompt: int, cached: int) -> ErrorInfo | None:
    """The cause of a large recomputation in a prompt of this many tokens: `recomputed` where it is large, and
    more than what was `cached`; else None.
    """
    if recomputed is None or reread_tokens(recomputed) < LEAST_TOKENS or cached > prompt / 2:
        return None
    return recomputed


def reread_of(usage: Usage | None) -> ErrorInfo | None:
    """As `worth_telling`, for an answer that has ended."""
    return (
        None if usage is None else worth_telling(usage.recomputed, usage.prompt_tokens, usage.cached_tokens)
    )


def by_choice(recomputed: ErrorInfo | None) -> ErrorInfo | None:
    """`Usage.recomputed` for a chosen change of the beginning: the engine sees an edited first turn."""
    if recomputed is None or recomputed.code != "reuse.edited":
        return recomputed
    return ErrorInfo("reuse.cut", {"tokens": reread_tokens(recomputed)})
