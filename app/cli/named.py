"""What a name on the command line means."""

from __future__ import annotations

from pathlib import Path

from app.services.library.resolving import resolve_model
from engine.errors import UserError


def path_of(model: str) -> str | None:
    """The file that a name means; None for a model of the hub that was not downloaded.

    Raises UserError as `resolve_model` does.
    """
    try:
        return str(resolve_model(model))
    except UserError as error:
        if error.code == "library.not_pulled":
            return None
        raise


def whole_path(path: str) -> str:
    """A folder as the command's own folder has it; "~" is left for whoever looks it up."""
    return path if path.startswith("~") else str(Path.cwd() / path)
