"""Paths in a workspace that no program may change: what git would execute for whoever uses the folder next."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path


def protected(workspace: Path, names: Sequence[str]) -> tuple[list[Path], tuple[tuple[str, int, int], ...]]:
    """What can be locked of the protected paths, and what has to be found at those paths.

    A path that leads through a link is not locked: where the link points is not there, or is in the workspace.
    """
    locked: list[Path] = []
    expected: dict[str, tuple[str, int, int]] = {}
    for name in names:
        path = workspace
        for part in Path(name).parts:
            path = path / part
            facts = _facts(path)
            if facts is None and path == workspace / ".git/hooks" and _is_folder(path.parent):
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


def _facts(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:
        return None


def _is_folder(path: Path) -> bool:
    facts = _facts(path)
    return facts is not None and stat.S_ISDIR(facts.st_mode)
