"""Validates what a person lets commands read outside of a run's workspace."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterable
from pathlib import Path

from agents.sandbox.secret_places import is_secret
from agents.sandbox.visible import too_wide
from app.services.runs.place.surroundings import secrets
from engine.errors import UserError

log = logging.getLogger(__name__)


def checked_readable(path: str, data_folder: Path) -> Path:
    """The file or folder, absolute and without links.

    Raises UserError `run.read_not_named` for what is no whole path, nor one below "~", `run.read_missing`,
    `run.read_unreadable`, `run.read_too_wide` for what holds the home, and `run.read_secret` for keys, passwords and
    Coterie's own data. Those are hidden in folders around them.
    """
    try:
        given = Path(path).expanduser()
        if not given.is_absolute():
            raise UserError("run.read_not_named", path=path[:300])
        real = Path(os.path.realpath(given))
        is_there, may = real.exists(), os.access(real, os.R_OK)
    except (OSError, ValueError, RuntimeError) as error:  # a loop of links, NUL, an unknown user's home
        raise UserError("run.read_missing", path=path[:300]) from error
    if not is_there:
        raise UserError("run.read_missing", path=str(given)[:300])
    if is_secret(real, secrets(data_folder)):
        raise UserError("run.read_secret", path=str(given))
    if too_wide(real):
        raise UserError("run.read_too_wide", path=str(given))
    if not may:
        raise UserError("run.read_unreadable", path=str(given))
    return real


def allowable(paths: Iterable[str], data_folder: Path) -> tuple[Path, ...]:
    """Those of the paths that a person may let commands read, as they are really called."""
    found: list[Path] = []
    for path in paths:
        with contextlib.suppress(UserError):
            found.append(checked_readable(path, data_folder))
    return tuple(dict.fromkeys(found))


def usable(paths: Iterable[str], data_folder: Path) -> tuple[Path, ...]:
    """Those of the paths that can be read now."""
    found = []
    for path in dict.fromkeys(paths):
        try:
            found.append(checked_readable(path, data_folder))
        except UserError as error:
            log.warning("What commands may read has a path that is passed over: %s", error.code)
    return tuple(dict.fromkeys(found))
