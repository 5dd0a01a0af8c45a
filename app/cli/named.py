"""Resolves names and choices on the command line."""

from __future__ import annotations

from pathlib import Path

from app.services.library.resolving import resolve_model
from app.services.settings.settings import REASONING_WORDS
from engine.errors import UserError
from engine.values import Reasoning


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


def reasoning_choice(text: str) -> Reasoning | None:
    """Parse a reasoning choice; None for none. Raises UserError `chat.bad_reasoning`."""
    if not text or text in REASONING_WORDS:
        return text or None
    if text.isdecimal() and len(text) < 10:
        return int(text)
    raise UserError("chat.bad_reasoning", value=text[:40])
