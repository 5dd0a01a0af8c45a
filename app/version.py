"""Versions of Coterie and of installed packages."""

from __future__ import annotations

# The wheel takes its version from here: reading it back from an installed wheel costs the start 15 imports.
VERSION = "0.1.0"


def installed(package: str) -> str:
    """The installed version of a distribution, "" where it is not installed."""
    import importlib.metadata

    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
