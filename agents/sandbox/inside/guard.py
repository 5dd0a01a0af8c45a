"""Keeping files as they were, where the system cannot keep a program from writing to them."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from pathlib import Path

_MOST_BYTES = 4 * 1024**2
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Guarded:
    """What is at a path: files of some MiB together. `restore` puts it back as it was when this was made.

    What is not there, or is larger than that, is only looked at: a path that was not there is left alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = _contents(path)

    def restore(self) -> bool:
        """True when something had been changed."""
        if self._kept is None or _contents(self._path) == self._kept:
            return False
        parent = self._path.parent
        if parent.is_symlink() or not parent.is_dir():
            _remove(parent)
            parent.mkdir(parents=True)
        _remove(self._path)
        for name, (mode, content) in sorted(self._kept.items()):
            place = self._path / name if name else self._path
            if content is None:
                place.mkdir(mode=mode)
            elif stat.S_ISLNK(mode):
                place.symlink_to(os.fsdecode(content))
            else:
                opened = os.open(place, _NEW, mode)
                with os.fdopen(opened, "wb") as file:
                    file.write(content)
                place.chmod(mode)
        return True


def _contents(path: Path) -> dict[str, tuple[int, bytes | None]] | None:
    """Modes and contents by relative name, None for a folder's; None when there is nothing or too much."""
    found: dict[str, tuple[int, bytes | None]] = {}
    left = _MOST_BYTES
    waiting = [path]
    try:
        while waiting:
            place = waiting.pop()
            facts = place.lstat()
            name = "" if place == path else place.relative_to(path).as_posix()
            if stat.S_ISDIR(facts.st_mode):
                found[name] = (stat.S_IMODE(facts.st_mode), None)
                waiting += place.iterdir()
            elif stat.S_ISLNK(facts.st_mode):
                found[name] = (facts.st_mode, os.fsencode(place.readlink()))
            elif stat.S_ISREG(facts.st_mode) and facts.st_size <= left:
                content = place.read_bytes()
                left -= len(content)
                found[name] = (stat.S_IMODE(facts.st_mode), content)
            elif stat.S_ISREG(facts.st_mode):
                return None
    except OSError:
        return None
    return found


def _remove(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISDIR(path.lstat().st_mode):
            shutil.rmtree(path)
        else:
            path.unlink()
