"""Paths in a workspace that no program may change: what git would execute for the next user of the folder."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from agents.api import Confinement
from agents.sandbox.inside.repositories import repositories

_MOST_FOLDERS = 2000  # maximum folders searched for sockets, those near the top first

Expected = tuple[tuple[str, int, int], ...]


def writable_roots(confinement: Confinement) -> list[Path]:
    """The folders that may be written to, without links in their paths."""
    given = [confinement.workspace] if confinement.workspace_writable else []
    return [Path(os.path.realpath(path)) for path in (*given, *confinement.writable)]


def protected(confinement: Confinement) -> tuple[list[Path], Expected]:
    """Protected paths that can be locked, and the identities expected at those paths.

    What `confinement.protected` names in ".git" is locked in all repositories that are found in the folders
    that may be written to. A path that leads through a link is not locked: where the link points is not
    there, or is in such a folder itself.
    """
    locked: list[Path] = []
    expected: dict[str, tuple[str, int, int]] = {}
    for root in writable_roots(confinement):
        for name in _names(root, confinement.protected):
            _lock(root, name, locked, expected)
    return list(dict.fromkeys(locked)), tuple(expected.values())


def sockets(roots: Sequence[Path]) -> list[Path]:
    """Sockets in the folders, behind which programs outside may listen. Deeply nested ones may be missing."""
    found: list[Path] = []
    waiting = list(roots)
    for looked_at, folder in enumerate(waiting):
        if looked_at == _MOST_FOLDERS:
            break
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                elif not (entry.is_symlink() or entry.is_file(follow_symlinks=False)) and _is_socket(entry):
                    found.append(Path(entry.path))
    return found


def _is_socket(entry: os.DirEntry[str]) -> bool:
    return stat.S_ISSOCK(entry.stat(follow_symlinks=False).st_mode)


def _lock(root: Path, name: str, locked: list[Path], expected: dict[str, tuple[str, int, int]]) -> None:
    path = root
    for part in Path(name).parts:
        path = path / part
        facts = _facts(path)
        if facts is None and path.name == "hooks" and path == root / name and _is_folder(path.parent):
            with contextlib.suppress(OSError):  # an empty one is as good as none
                path.mkdir()
            facts = _facts(path)
        if facts is None or stat.S_ISLNK(facts.st_mode):
            return
        expected[str(path)] = (str(path), facts.st_dev, facts.st_ino)
        if not stat.S_ISDIR(facts.st_mode) or path == root / name:
            locked.append(path)  # ".git" is a file in a worktree of git
            return


def _names(root: Path, names: Sequence[str]) -> list[str]:
    """Expand the paths: those in ".git" apply to every repository, with its other configuration files."""
    inner = [name.removeprefix(".git/") for name in names if name.startswith(".git/")]
    if "config" in inner:
        inner += ["config.worktree", "commondir"]
    places = repositories(root) if inner else []
    return [*names, *(f"{place}/{name}" if place else name for place in places for name in inner)]


def _facts(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:
        return None


def _is_folder(path: Path) -> bool:
    facts = _facts(path)
    return facts is not None and stat.S_ISDIR(facts.st_mode)
