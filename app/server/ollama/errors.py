"""Errors in Ollama's shape. Pure."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from app.server.refusal import Refusal


def error_value(refusal: Refusal) -> dict[str, Any]:
    return {"error": f"{refusal.param}: {refusal.message}" if refusal.param else refusal.message}


class OllamaShape:
    """The shape of whatever lies below /api."""

    name = "ollama"

    def owns(self, path: str, headers: MutableMapping[str, str]) -> bool:
        return path.startswith("/api/")

    def error(self, refusal: Refusal, request_id: str) -> tuple[int, Any]:
        return refusal.status, error_value(refusal)
