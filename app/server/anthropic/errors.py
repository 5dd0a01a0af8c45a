"""Errors in Anthropic's shape. Pure."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from app.server.refusal import Refusal

_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    503: "overloaded_error",
}
# On this code in the details, clients send the whole conversation instead of what is new in it.
NO_THREADS = "thread_unsupported_request"
# Anthropic's own number for what others call unavailable.
_OVERLOADED = 529


def error_value(refusal: Refusal, request_id: str | None = None) -> dict[str, Any]:
    kind = _TYPES.get(refusal.status, "invalid_request_error")
    error: dict[str, Any] = {"type": kind, "message": message_of(refusal)}
    if refusal.code == NO_THREADS:
        error["details"] = {"error_code": NO_THREADS, "unsupported": ["thread"]}
    return {"type": "error", "error": error, "request_id": request_id}


def message_of(refusal: Refusal) -> str:
    """The sentence, in the words on which clients shorten a conversation that is too long."""
    if refusal.info is not None and refusal.code == "context_length_exceeded":
        needed, available = (refusal.info.params.get(name) for name in ("needed", "available"))
        return f"prompt is too long: {needed} tokens > {available} maximum"
    return f"{refusal.param}: {refusal.message}" if refusal.param else refusal.message


class AnthropicShape:
    """The shape of messages, and of models where the client speaks this protocol."""

    name = "anthropic"

    def owns(self, path: str, headers: MutableMapping[str, str]) -> bool:
        return path.startswith("/v1/messages") or (
            path.startswith("/v1/models") and "anthropic-version" in headers
        )

    def error(self, refusal: Refusal, request_id: str) -> tuple[int, Any]:
        status = _OVERLOADED if refusal.status == 503 else refusal.status
        return status, error_value(refusal, request_id)
