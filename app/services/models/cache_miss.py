"""When it is worth a word that tokens were read again which had been read before. Pure."""

from __future__ import annotations

from engine.errors import ErrorInfo
from engine.values import Usage

# Fewer are read before anybody asks why it takes so long.
LEAST_TOKENS = 256


def reread_tokens(reread: ErrorInfo) -> int:
    """How many tokens were read again, of what `Usage.reread` says."""
    tokens = reread.params.get("tokens", 0)
    return int(tokens) if isinstance(tokens, int | float) else 0


def worth_telling(reread: ErrorInfo | None, prompt: int, cached: int) -> ErrorInfo | None:
    """Why so much of a prompt of so many tokens is read again: `reread` where it is much, and more than what was
    `cached`; else None."""
    if reread is None or reread_tokens(reread) < LEAST_TOKENS or cached > prompt / 2:
        return None
    return reread


def reread_of(usage: Usage | None) -> ErrorInfo | None:
    """As `worth_telling`, of an answer that has ended."""
    return None if usage is None else worth_telling(usage.reread, usage.prompt_tokens, usage.cached_tokens)


def by_choice(reread: ErrorInfo | None) -> ErrorInfo | None:
    """As `Usage.reread` says it, where the model was chosen to see another beginning: to an engine that looks as if
    the first turn had been edited."""
    if reread is None or reread.code != "reuse.edited":
        return reread
    return ErrorInfo("reuse.cut", {"tokens": reread_tokens(reread)})
