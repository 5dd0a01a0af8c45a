"""Which folder a task of another program may work in, before a person is asked."""

from __future__ import annotations

from pathlib import Path

from engine.errors import UserError

# Where systems keep what belongs to programs, keys and passwords among it, besides hidden folders.
_PRIVATE = ("AppData", "Library")


def check_folder(folder: str) -> None:
    """Raises UserError `programs.private_folder` for a hidden or private folder of the home, and what lies in one."""
    try:
        parts = Path(folder).relative_to(Path.home().resolve()).parts
    except (ValueError, RuntimeError):  # outside, or there is no home
        return
    if parts and (parts[0].startswith(".") or parts[0] in _PRIVATE):
        raise UserError("programs.private_folder", path=folder)
