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


def exact_state(root: Path) -> dict[str, tuple[object, ...]]:
    """Of `root` its time; of each path below it also kind, mode, owner, content, extended attributes, and the first
    path that is the same file.
    """
    found: dict[str, tuple[object, ...]] = {".": (root.stat().st_mtime_ns,)}
    first: dict[int, str] = {}
    for path, held in sorted(folder_state(root).items()):
        info = (root / path).lstat()
        same = first.setdefault(info.st_ino, path)
        values = {
            name: os.getxattr(root / path, name, follow_symlinks=False)
            for name in os.listxattr(root / path, follow_symlinks=False)
        }
        found[path] = (*held, info.st_mtime_ns, info.st_uid, info.st_gid, same, values)
    return found
