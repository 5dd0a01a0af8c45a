"""Resolves names on the command line."""

from __future__ import annotations

from pathlib import Path

from app.services.library.resolving import resolve_model
from engine.errors import UserError


def path_of(model: str) -> str | None:
    """The file of a model; None for one on the hub that was not downloaded.

    Raises UserError as `resolve_model` does.
    """
    try:
        return str(resolve_model(model))
    except UserError as error:
        if error.code == "library.not_pulled":
            return None
        raise


def whole_path(path: str) -> str:
    """A folder relative to the current one, as an absolute path; "~" is left to the caller."""
    return path if path.startswith("~") else str(Path.cwd() / path)
