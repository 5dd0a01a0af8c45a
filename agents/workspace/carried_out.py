"""Which files of a workspace other programs carry out without being asked."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from agents.autorun.git_config import pointed_to
from agents.autorun.names import autorun
from agents.autorun.places import linked_from_home


def carried_out(root: Path, paths: Iterable[str]) -> tuple[str, ...]:
    """Those of `paths` that are carried out: by their name, as settings of git say, or because a link at the top that
    has such a name leads there. Without folders of which a file is named too.

    They are relative to the workspace, with links resolved.
    """
    given = list(dict.fromkeys(paths))
    if not given:
        return ()
    places = _ends(root) | _pointed(root, given)
    found = [path for path in given if autorun(path) or any(_within(path, place) for place in places)]
    return tuple(path for path in found if not any(each.startswith(f"{path}/") for each in found))


def _within(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


def _ends(root: Path) -> set[str]:
    """Where links at the top lead to that have such a name."""
    with contextlib.suppress(OSError), os.scandir(root) as entries:
        links = [Path(entry.path) for entry in entries if entry.is_symlink() and autorun(entry.name)]
        return _relative(root, links)
    return set()


def _pointed(root: Path, paths: list[str]) -> set[str]:
    """What settings of git name, of the repositories that a path may belong to."""
    folders = {"", *(parent.as_posix() for path in paths for parent in Path(path).parents)} - {"."}
    named = (f"{folder}/.git" if folder else ".git" for folder in sorted(folders))
    found = pointed_to(root, [path for path in named if os.path.lexists(root / path)]) + linked_from_home(
        root
    )
    return _relative(root, found) | {path.relative_to(root).as_posix() for path in found}


def _relative(root: Path, paths: Iterable[Path]) -> set[str]:
    real = (Path(os.path.realpath(path)) for path in paths)
    return {path.relative_to(root).as_posix() for path in real if path != root and path.is_relative_to(root)}
