"""What computes on graphics cards and was fetched later: where it lies. The standard library alone is used.

A folder that the environment names holds one folder for each that was fetched, and a file that names the one in use.
It is read whenever an engine starts, so that a change counts from the next one on.
"""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "COTERIE_GPU_FETCHED"
# Names the folder in use, relative to its own.
CURRENT = "current.txt"


def tell(folder: Path) -> None:
    """Name the folder to the engine's processes, which inherit this one's environment."""
    os.environ[VARIABLE] = str(folder)


def in_use(folder: Path) -> Path | None:
    """What is in use of a folder; None for nothing."""
    try:
        name = (folder / CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None
    return folder / name if name and name == Path(name).name and (folder / name).is_dir() else None


def told() -> Path | None:
    """What is in use of the folder that this process was told of."""
    folder = os.environ.get(VARIABLE)
    return in_use(Path(folder)) if folder else None
