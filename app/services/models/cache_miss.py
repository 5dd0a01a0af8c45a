"""When it is worth a word that tokens were read again which had been read before. Pure."""

from __future__ import annotations

from engine.errors import ErrorInfo
from engine.values import Usage

# Fewer are read before anybody asks why it takes so long.
LEAST_TOKENS = 256


def reread_tokens(recomputed: ErrorInfo) -> int:
    """How many tokens were read again, of what `Usage.recomputed` says."""
    tokens = recomputed.params.get("tokens", 0)
    return int(tokens) if isinstance(tokens, int | float) else 0


def worth_telling(recomputed: ErrorInfo | None, prompt: int, cached: int) -> ErrorInfo | None:
    """Why so much of a prompt of so many tokens is read again: `recomputed` where it is much, and more than what was
    `cached`; else None."""
    if recomputed is None or reread_tokens(recomputed) < LEAST_TOKENS or cached > prompt / 2:
        return None
    return recomputed


def reread_of(usage: Usage | None) -> ErrorInfo | None:
    """As `worth_telling`, of an answer that has ended."""
    return (
        None if usage is None else worth_telling(usage.recomputed, usage.prompt_tokens, usage.cached_tokens)
    )


def by_choice(recomputed: ErrorInfo | None) -> ErrorInfo | None:
    """As `Usage.recomputed` says it, where the model was chosen to see another beginning: to an engine that looks
    as if the first turn had been edited."""
    if recomputed is None or recomputed.code != "reuse.edited":
        return recomputed
    return ErrorInfo("reuse.cut", {"tokens": reread_tokens(recomputed)})
