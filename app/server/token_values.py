"""Tokens with their probabilities as values for JSON, which OpenAI's protocols and Ollama's have alike. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.values import TokenLogprob


def logprobs_of(tokens: Sequence[TokenLogprob]) -> list[dict[str, Any]]:
    """Each token with the likeliest in its place."""
    return [{**_token(token), "top_logprobs": list(map(_token, token.top))} for token in tokens]


def _token(token: TokenLogprob) -> dict[str, Any]:
    return {
        "token": token.data.decode(errors="replace"),
        "bytes": list(token.data),
        "logprob": token.logprob,
    }
