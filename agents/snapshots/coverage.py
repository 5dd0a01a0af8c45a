"""Checks by sizes alone whether the workspace can be snapshotted."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from pathlib import Path

from agents.snapshots.names import kept_name
from agents.snapshots.scan import DEEPEST, SnapshotLimits


def coverable(
    root: Path, scope: Collection[str] | None, limits: SnapshotLimits, hidden: Collection[str] = ()
) -> bool:
    """Whether everything at the paths `scope` of the workspace `root` (None: all) is within the limits,
    readable, and a file, folder, link or pipe.
    """
    counted = _Counted(limits)
    waiting = [(str(root), 0)] if scope is None else []
    for path in scope or ():
        if not counted.fits(str(root / path), waiting, 0):
            return False
    out = {str(root / path) for path in hidden}
    while waiting:
        folder, depth = waiting.pop()
        if folder in out:
            continue
        try:
            with os.scandir(folder) as found:
                names = [entry.path for entry in found]
        except OSError:
            return False
        if depth >= DEEPEST or not all(counted.fits(name, waiting, depth + 1) for name in names):
            return False
    return True


class _Counted:
    def __init__(self, limits: SnapshotLimits) -> None:
        self._limits = limits
        self._items = 0
        self._bytes = 0

    def fits(self, path: str, waiting: list[tuple[str, int]], depth: int) -> bool:
        try:
            kept_name(path).encode()
            found = os.lstat(path)
        except FileNotFoundError:
            return True
        except (OSError, UnicodeEncodeError):
            return False
        self._items += 1
        if stat.S_ISDIR(found.st_mode):
            waiting.append((path, depth))
        elif stat.S_ISREG(found.st_mode):
            self._bytes += found.st_size
            if found.st_size > self._limits.file_bytes or not os.access(path, os.R_OK):
                return False
        elif not (stat.S_ISLNK(found.st_mode) or stat.S_ISFIFO(found.st_mode)):
            return False
        return self._items <= self._limits.items and self._bytes <= self._limits.total_bytes
