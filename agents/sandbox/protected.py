"""Paths in a workspace that no program may change: what git would execute for whoever uses the folder next."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

_DEEPEST = 4  # folders between the workspace and a repository in it
_MOST_FOLDERS = 2000  # looked at for repositories, those near the workspace first
_MOST_REPOSITORIES = 64
_NOT_ENTERED = frozenset({"node_modules", "__pycache__", ".venv", "venv", ".tox", ".cache"})


def protected(workspace: Path, names: Sequence[str]) -> tuple[list[Path], tuple[tuple[str, int, int], ...]]:
    """What can be locked of the protected paths, and what has to be found at those paths.

    `names` are relative to the workspace. What they name in its ".git" is locked in the repositories below it and
    in their submodules too, as far as those are found. A path that leads through a link is not locked: where the
    link points is not there, or is in the workspace.
    """
    locked: list[Path] = []
    expected: dict[str, tuple[str, int, int]] = {}
    for name in (*names, *_elsewhere(workspace, names)):
        path = workspace
        for part in Path(name).parts:
            path = path / part
            facts = _facts(path)
            if (
                facts is None
                and path.name == "hooks"
                and path == workspace / name
                and _is_folder(path.parent)
            ):
                with contextlib.suppress(OSError):  # an empty one is as good as none
                    path.mkdir()
                facts = _facts(path)
            if facts is None or stat.S_ISLNK(facts.st_mode):
                break
            expected[str(path)] = (str(path), facts.st_dev, facts.st_ino)
            if not stat.S_ISDIR(facts.st_mode) or path == workspace / name:
                locked.append(path)  # ".git" is a file in a worktree of git
                break
    return list(dict.fromkeys(locked)), tuple(expected.values())


def _elsewhere(workspace: Path, names: Sequence[str]) -> list[str]:
    """What `names` name in ".git", in every other repository, and a repository's second configuration."""
    inner = [name.removeprefix(".git/") for name in names if name.startswith(".git/")]
    if not inner:
        return []
    found = [".git/config.worktree"] if "config" in inner else []
    places = [*_modules(workspace, ".git"), *_below(workspace)]
    for place in places[:_MOST_REPOSITORIES]:
        found += [f"{place}/{name}" for name in inner]
        if "config" in inner:
            found.append(f"{place}/config.worktree")
    return found


def _below(workspace: Path) -> Iterator[str]:
    """The ".git" folders of repositories in folders of the workspace, and those of their submodules."""
    waiting = [("", 0)]
    for looked_at, (folder, depth) in enumerate(waiting):
        if looked_at >= _MOST_FOLDERS:
            return
        for name in _folders(workspace / folder):
            path = f"{folder}/{name}" if folder else name
            if name == ".git":
                if folder:
                    yield path
                    yield from _modules(workspace, path)
            elif depth < _DEEPEST and name not in _NOT_ENTERED:
                waiting.append((path, depth + 1))


def _modules(workspace: Path, repository: str) -> Iterator[str]:
    """Where git keeps the submodules of a repository: gitrepository-layout(5); their names may have "/" in them."""
    waiting = [(f"{repository}/modules", 0)]
    for looked_at, (folder, depth) in enumerate(waiting):
        if looked_at >= _MOST_FOLDERS:
            return
        for name in _folders(workspace / folder):
            path = f"{folder}/{name}"
            if _facts(workspace / path / "HEAD") or _facts(workspace / path / "config"):
                yield path
                waiting.append((f"{path}/modules", 0))
            elif depth < _DEEPEST:
                waiting.append((path, depth + 1))


def _folders(folder: Path) -> list[str]:
    """Names of the folders in it, links left out; none of what cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _facts(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:
        return None


def _is_folder(path: Path) -> bool:
    facts = _facts(path)
    return facts is not None and stat.S_ISDIR(facts.st_mode)
