"""Files that a chat is likely to be about: those of its project, and of the folder of its tools."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

# So many are looked through and offered; folders that programs fill are left out.
MOST = 2000
_FILLED = frozenset({"node_modules", "__pycache__", "target", "build", "dist", "venv"})


def files_at_hand(named: Iterable[str], folders: Iterable[str]) -> list[Path]:
    """The files `named` that exist, then those beneath `folders`, hidden ones left out, at most `MOST`. Reads the
    disk."""
    chosen = [Path(path) for path in named]
    found = [path for path in chosen if _is_file(path)]
    beneath = (file for folder in folders for file in _beneath(folder))
    return list(dict.fromkeys((*found, *islice(beneath, MOST))))[:MOST]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _beneath(folder: str) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _FILLED)
        yield from (Path(place, name) for name in sorted(files) if not name.startswith("."))
