"""Work for a child that wants more memory than it may have."""

from __future__ import annotations

from typing import Any


def greedy(_: dict[str, Any], __: bytes) -> int:
    return len(b"x" * 1024**3)
