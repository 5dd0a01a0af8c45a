"""Versions of what is installed."""

from __future__ import annotations

import importlib.metadata


def version(package: str = "coterie") -> str:
    """The installed version of a distribution, "" where it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
