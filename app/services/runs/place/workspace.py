"""Validates a folder as a run's workspace."""

from __future__ import annotations

import os
from pathlib import Path

from agents.autorun.places import trusted_place
from engine.errors import UserError

# Codes of `checked_workspace`.
OF_FOLDER = (
    "run.workspace_not_named",
    "run.no_workspace",
    "run.workspace_not_a_folder",
    "run.workspace_unreadable",
    "run.workspace_too_wide",
    "run.workspace_trusted",
)


def checked_workspace(path: str, home: Path) -> Path:
    """The folder, absolute and without links. `home` is Coterie's data folder.

    Raises UserError with a code of `OF_FOLDER`. Named must be a whole path, or one below "~": whoever starts
    a program from its icon does not know the folder that it works in. Too wide are a whole disk, the user's
    home itself, and whatever holds or lies in Coterie's data. Trusted is what other programs carry out or obey
    because of where it lies.
    """
    try:
        given = Path(path).expanduser()
        if not given.is_absolute():
            raise UserError("run.workspace_not_named")
        folder = given.resolve()
        is_folder, exists = folder.is_dir(), folder.exists()
    except (OSError, ValueError, RuntimeError) as error:  # a loop of links, NUL, an unknown user's home
        detail = getattr(error, "strerror", None) or str(error)
        raise UserError("run.workspace_unreadable", path=path[:300], detail=detail) from error
    if not exists:
        raise UserError("run.no_workspace", path=str(given))
    if not is_folder:
        raise UserError("run.workspace_not_a_folder", path=str(given))
    if _is_too_wide(folder, home):
        raise UserError("run.workspace_too_wide", path=str(folder))
    if trusted_place(folder):
        raise UserError("run.workspace_trusted", path=str(folder))
    try:
        with os.scandir(folder):
            pass
    except OSError as error:
        detail = error.strerror or str(error)
        raise UserError("run.workspace_unreadable", path=str(folder), detail=detail) from error
    return folder


def _is_too_wide(folder: Path, home: Path) -> bool:
    ours = home.resolve()
    try:
        users = Path.home().resolve()
    except RuntimeError:  # no home
        users = Path(folder.anchor)
    holds_home = users == folder or folder in users.parents
    touches_ours = ours == folder or folder in ours.parents or ours in folder.parents
    return folder.parent == folder or holds_home or touches_ours
