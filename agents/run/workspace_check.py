"""Checks that a run's folder is still the one it began with."""

from __future__ import annotations

import stat
from pathlib import Path

from agents.workspace.folder import is_link
from engine.errors import UserError


class Standing:
    """Remembers a folder's device and inode: the path of one that was deleted, unmounted or replaced by a
    link leads elsewhere.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._disk = self._found()

    def check(self) -> None:
        """Raises UserError `run.workspace_gone`."""
        found = self._found()
        if found is None or found != self._disk:
            raise UserError("run.workspace_gone", folder=str(self._root))

    def _found(self) -> int | None:
        try:
            info = self._root.lstat()
        except OSError:
            return None
        return info.st_dev if stat.S_ISDIR(info.st_mode) and not is_link(info) else None
