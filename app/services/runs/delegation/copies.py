"""Copies of a workspace, in which runs change files without touching it.

Of a repository that is a worktree at its last commit, with what the person has not committed; of any other folder
its files. A copy lies in the data folder, and is taken away with all that git knows of it.
"""

from __future__ import annotations

import os
import shutil
import stat
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from app.services.runs.delegation.git import git, names
from engine.errors import UserError

MOST_FILES = 100_000
MOST_BYTES = 2 * 1024**3
SPARE = 1024**3  # stays free on the disk
# Worktrees of one repository are made one after the other.
_MAKING = threading.Lock()


class Copied(msgspec.Struct, frozen=True):
    """What the copy is without: submodules and repositories of their own, which are empty in it."""

    without: tuple[str, ...] = ()


def make_copy(workspace: Path, target: Path) -> Copied:
    """Make the copy of `workspace` at `target`, where nothing may be but an older copy of it.

    Raises UserError `run.copy_too_large`, `run.copy_no_room` and `run.copy_failed`; then nothing is left there.
    """
    with _MAKING:
        _remove(workspace, target)
        try:
            return _worktree(workspace, target) or _files(workspace, target)
        except OSError as error:
            _remove(workspace, target)
            raise UserError("run.copy_failed", detail=error.strerror or type(error).__name__) from error
        except BaseException:
            _remove(workspace, target)
            raise


def remove_copy(workspace: Path, target: Path) -> None:
    """Take a copy away; nothing where there is none."""
    with _MAKING:
        _remove(workspace, target)


def _remove(workspace: Path, target: Path) -> None:
    # The entry that git has of a worktree goes with it; those of others are not ours to prune.
    if target.exists() and (target / ".git").is_file() and workspace.is_dir():
        git(workspace, "worktree", "remove", "--force", "--force", str(target))
    shutil.rmtree(target, ignore_errors=True)


def _worktree(workspace: Path, target: Path) -> Copied | None:
    """None where `workspace` is not the top of a repository with a commit."""
    top = git(workspace, "rev-parse", "--show-toplevel")
    if top is None or Path(os.fsdecode(top.rstrip(b"\n"))) != workspace:
        return None
    if git(workspace, "rev-parse", "--verify", "--quiet", "HEAD^{commit}") is None:
        return None
    changed = names(
        workspace, "diff", "--name-only", "-z", "--no-renames", "--ignore-submodules=all", "HEAD", "--"
    )
    untracked = names(workspace, "ls-files", "-z", "--others", "--exclude-standard")
    tracked = names(workspace, "ls-files", "-z", "--stage")
    if changed is None or untracked is None or tracked is None:
        return None
    modules = tuple(line.partition("\t")[2] for line in tracked if line.startswith("160000 "))
    _check_room(workspace, (*(line.partition("\t")[2] for line in tracked), *untracked), target)
    if git(workspace, "worktree", "add", "--detach", "--quiet", str(target), "HEAD") is None:
        _remove(workspace, target)
        return None
    others = _mirror(workspace, target, dict.fromkeys((*changed, *untracked)))
    return Copied((*modules, *others))


def _files(workspace: Path, target: Path) -> Copied:
    listed = names(workspace, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    paths = tuple(dict.fromkeys(_walked(workspace) if listed is None else listed))
    _check_room(workspace, paths, target)
    target.mkdir(parents=True)
    return Copied(_mirror(workspace, target, paths))


def _walked(workspace: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(workspace):
        inner = [name for name in folders if (Path(folder) / name).is_symlink()]
        folders[:] = [name for name in folders if name not in inner and name != ".git"]
        for name in (*files, *inner):
            yield os.path.relpath(os.path.join(folder, name), workspace)  # noqa: PTH118


def _mirror(workspace: Path, target: Path, paths: Iterable[str]) -> tuple[str, ...]:
    """Have these paths in the copy as they are in the workspace; returns folders that stay empty."""
    empty = []
    for path in paths:
        source, place = workspace / path, target / path
        try:
            info = source.lstat()
        except (FileNotFoundError, NotADirectoryError):
            place.unlink(missing_ok=True)
            continue
        if stat.S_ISDIR(info.st_mode):  # a repository of its own
            empty.append(path.rstrip("/"))
            continue
        if not (stat.S_ISREG(info.st_mode) or stat.S_ISLNK(info.st_mode)):
            continue  # pipes and sockets
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_symlink() or place.exists():
            shutil.rmtree(place) if place.is_dir() and not place.is_symlink() else place.unlink()
        shutil.copy2(source, place, follow_symlinks=False)
    return tuple(empty)


def _check_room(workspace: Path, paths: Iterable[str], target: Path) -> None:
    """Raises UserError `run.copy_too_large` and `run.copy_no_room`."""
    count = size = 0
    for path in paths:
        count += 1
        try:
            size += (workspace / path).lstat().st_size
        except OSError:
            continue  # deleted
        if count > MOST_FILES or size > MOST_BYTES:
            raise UserError("run.copy_too_large")
    target.parent.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(target.parent).free < size + SPARE:
        raise UserError("run.copy_no_room")
