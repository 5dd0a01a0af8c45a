"""Text as Qt counts it, in UTF-16 units. Without Qt."""

from __future__ import annotations


def utf16_length(text: str) -> int:
    """Length as Qt counts it: characters beyond the basic plane take two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
