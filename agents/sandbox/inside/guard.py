"""Restores protected files where the system cannot deny writing to them."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

from agents.sandbox.inside.autorun_files import AutorunFiles, told
from agents.sandbox.inside.repositories import Watched, opened, walked

_MOST_BYTES = 4 * 1024**2
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)


class PutBack:
    """Restores `paths`, each below one of `roots`, and what git and other programs would carry out there, when a
    program has ended.

    `locked` are paths that could not be changed. `pointed` and `released` are those of `AutorunFiles`. `restore` says
    in whole lines what was taken away. `brief`: it is a program that ends soon; of one that lives for hours it cannot
    be told whether a new file is its own or the user's.
    """

    def __init__(
        self,
        paths: Iterable[Path],
        roots: Sequence[Path],
        *,
        brief: bool,
        locked: Sequence[Path] = (),
        pointed: Sequence[str] = (),
        released: Sequence[str] = (),
    ) -> None:
        self._brief = brief
        self._roots = roots
        trees = self._trees = [walked(root) for root in roots]
        self._watched = [Watched(root, tree) for root, tree in zip(roots, trees, strict=True)]
        self._files = [
            AutorunFiles(root, tree, pointed, released)
            for root, tree in zip(roots, trees, strict=True)
            if brief
        ]
        kept = dict.fromkeys(paths)
        if brief:  # those that lie too deep to be locked
            inner = ("hooks", "config", "config.worktree")
            kept |= dict.fromkeys(
                root / path / name
                for root, watched in zip(roots, self._watched, strict=True)
                for path in watched.paths
                for name in inner
                if root / path / name not in locked
            )
        self._kept = [
            Guarded(path, next(root for root in roots if path.is_relative_to(root))) for path in kept
        ]

    def release(self, paths: Sequence[str]) -> None:
        """Leave these files alone, too."""
        for files in self._files:
            files.release(paths)

    def restore(self) -> list[str]:
        for one in self._kept:
            with contextlib.suppress(OSError):
                one.restore()
        trees = [walked(root, before=tree) for root, tree in zip(self._roots, self._trees, strict=True)]
        repositories = [
            path or "."
            for watched, tree in zip(self._watched, trees, strict=True)
            for path in watched.disarm(tree, new=self._brief)
        ]
        lines = [f"what git would execute was taken out of the repository {path!a}" for path in repositories]
        for files, tree in zip(self._files, trees, strict=False):
            lines += told(files.set_aside(tree))
        if not all(tree.whole for tree in (*self._trees, *trees)):
            lines.append("there are too many folders to look for all that other programs would carry out")
        return lines


class Guarded:
    """A copy of a path `below` a folder: files of some MiB together.

    `restore` puts it back as it was when this was made, and removes links that were put in its way.

    What is not there, or is larger than that, is only looked at: a path that was not there is left alone.
    """

    def __init__(self, path: Path, below: Path) -> None:
        self._path, self._root = path, below
        self._way = [parent for parent in reversed(path.parents) if below in parent.parents]
        self._kept = _contents(path)

    def restore(self) -> bool:
        """Restore the copy; True when something had been changed.

        Whoever could swap a folder meanwhile must be gone, or this process confined.
        """
        if self._kept is None:
            return False
        with opened(self._root, *self._way, self._path):
            return self._restored(self._kept)

    def _restored(self, kept: dict[str, tuple[int, bytes | None]]) -> bool:
        swapped = [folder for folder in self._way if not _is_folder(folder)]
        if not swapped and _contents(self._path) == kept:
            return False
        for folder in self._way:
            if not _is_folder(folder):
                _remove(folder)
                folder.mkdir()
        _remove(self._path)
        for name, (mode, content) in sorted(kept.items()):
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


def _is_folder(path: Path) -> bool:
    """Whether it is a folder and no link."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def _remove(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if _is_folder(path):
            for folder, names, _ in os.walk(path):
                for name in names:
                    if _is_folder(inner := Path(folder, name)):
                        inner.chmod(0o700)
            shutil.rmtree(path)
        else:
            path.unlink()
