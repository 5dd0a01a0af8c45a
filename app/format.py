"""Numbers as a person reads them, for the window and the command line."""

from __future__ import annotations

_SIZES = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def format_count(count: int) -> str:
    """A whole number in groups of three digits: 1,204."""
    return f"{count:,}"


def format_size(count: float) -> str:
    """A number of bytes in decimal units, at most one digit after the point: 98 MB, 7.6 GB, 25.3 GB."""
    for unit, name in _SIZES:
        if count >= unit:
            return f"{_rounded(count / unit)} {name}"
    return f"{count:.0f} B"


def _rounded(value: float) -> str:
    """At most one digit after the point, and none where it would say nothing: 7.6, 9, 128, 1,024."""
    digits = 1 if 0 < value < 99.95 and round(value, 1) != round(value) else 0
    return f"{value:,.{digits}f}"
