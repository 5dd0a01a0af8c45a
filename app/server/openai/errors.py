"""Errors in OpenAI's shape. Pure."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from app.server.refusal import Refusal

_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


def error_value(refusal: Refusal) -> dict[str, Any]:
    usual = "invalid_request_error" if refusal.status < 500 else "server_error"
    return {
        "error": {
            "message": refusal.message,
            "type": _TYPES.get(refusal.status, usual),
            "param": refusal.param,
            "code": refusal.code,
        }
    }


class OpenAiShape:
    """The shape of whatever is no other protocol's: most clients speak this one."""

    name = "openai"

    def owns(self, path: str, headers: MutableMapping[str, str]) -> bool:
        return True

    def error(self, refusal: Refusal, request_id: str) -> tuple[int, Any]:
        return refusal.status, error_value(refusal)
