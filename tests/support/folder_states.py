"""What a folder holds, to compare it with what it held."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def folder_state(root: Path) -> dict[str, tuple[int, bytes | str | None]]:
    """Of each path below `root` its mode, and the content of a file, the target of a link, None of a folder."""
    found: dict[str, tuple[int, bytes | str | None]] = {}
    for above, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(above) / name
            mode = path.lstat().st_mode
            held: bytes | str | None = None
            if stat.S_ISLNK(mode):
                held = str(path.readlink())
            elif stat.S_ISREG(mode):
                held = path.read_bytes()
            found[path.relative_to(root).as_posix()] = (mode, held)
    return found
