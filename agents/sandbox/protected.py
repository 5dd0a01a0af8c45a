"""Paths in a workspace that no program may change: what git and others would carry out for the next user of the
folder.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from agents.api import Confinement
from agents.autorun.git_config import pointed_to
from agents.autorun.names import above, of_name, plain
from agents.autorun.places import linked_from_home
from agents.sandbox.inside.repositories import repositories

_MOST_FOLDERS = 2000  # maximum folders searched for sockets, those near the top first

Expected = tuple[tuple[str, int, int], ...]


def writable_roots(confinement: Confinement) -> list[Path]:
    """The folders that may be written to, without links in their paths."""
    given = [confinement.workspace] if confinement.workspace_writable else []
    return [Path(os.path.realpath(path)) for path in (*given, *confinement.writable)]


class Protected(NamedTuple):
    """`locked` are paths that can be mounted read-only, `linked` those that cannot, because the file has another name
    by which it could be written. `expected` are the identities at all of those and on the way there. `pointed` are
    paths, existing or not, that settings of git name.
    """

    locked: list[Path]
    linked: list[Path]
    expected: Expected
    pointed: tuple[str, ...]


def protected(confinement: Confinement) -> Protected:
    """What in the folders that may be written to git or another program carries out without being asked.

    What `confinement.protected` names in ".git" is locked in all repositories that are found there, and so is what
    their settings point to. A path that leads through a link is not locked: where the link points is not there, or
    is in such a folder itself.
    """
    locked: list[Path] = []
    expected: dict[str, tuple[str, int, int]] = {}
    pointed: list[Path] = []
    released = {confinement.workspace / path for path in confinement.released}
    for root in writable_roots(confinement):
        places = repositories(root)
        for name in _names(places, confinement.protected):
            _lock(root, name, locked, expected)
        named = tuple(dict.fromkeys((*pointed_to(root, places), *linked_from_home(root))))
        pointed += named
        for path in (*named, *_held(root)):
            if path.exists() and not _released(path, released):  # a missing folder of hooks would be made
                _lock(root, path.relative_to(root).as_posix(), locked, expected)
    whole = [path for path in dict.fromkeys(locked) if not set(path.parents).intersection(locked)]
    linked = [path for path in whole if _has_other_names(path)]
    free = [path for path in whole if path not in linked]
    return Protected(free, linked, tuple(expected.values()), tuple(map(str, dict.fromkeys(pointed))))


def _held(root: Path) -> Iterator[Path]:
    """Files and folders at the top of a folder that another program may carry out at any moment."""
    with contextlib.suppress(OSError):
        for name in sorted(path.name for path in root.iterdir()):
            found = of_name("", plain(name))
            if found is not None and found.held:
                yield root / name
            elif found is None and above(plain(name)):
                with contextlib.suppress(OSError):
                    yield from (
                        path
                        for path in sorted((root / name).iterdir())
                        if (inner := of_name(plain(name), plain(path.name))) is not None and inner.held
                    )


def _released(path: Path, released: Iterable[Path]) -> bool:
    """Whether a path, or something in it, may be written."""
    return any(each.is_relative_to(path) or path.is_relative_to(each) for each in released)


def _has_other_names(path: Path) -> bool:
    """Whether a file, or one in a folder, has more than one name."""
    facts = _facts(path)
    if facts is None or not stat.S_ISDIR(facts.st_mode):
        return facts is not None and facts.st_nlink > 1
    with contextlib.suppress(OSError):
        return any(_has_other_names(inner) for inner in path.iterdir())
    return False


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


def _names(places: Sequence[str], names: Sequence[str]) -> list[str]:
    """Expand the paths: those in ".git" apply to every repository, with its other configuration files."""
    inner = [name.removeprefix(".git/") for name in names if name.startswith(".git/")]
    if "config" in inner:
        inner += ["config.worktree", "commondir"]
    return [*names, *(f"{place}/{name}" if place else name for place in places for name in inner)]


def _facts(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:
        return None


def _is_folder(path: Path) -> bool:
    facts = _facts(path)
    return facts is not None and stat.S_ISDIR(facts.st_mode)
