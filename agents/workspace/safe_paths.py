"""Resolves a path to an open folder and a name in it, one component at a time.

Links are resolved here, not by the system: each is read, and where it leads is walked in the same way from
the workspace's root. A link out of the workspace is refused, and one that is put in place of a folder after
it was looked at is not followed (`O_NOFOLLOW`), so that the end is inside however fast somebody swaps.
"""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from pathlib import Path

from agents.permissions.path_rules import PathRefused, same_name
from agents.workspace.folder import Folder, is_link

_MOST_LINKS = 40  # what Linux allows, path_resolution(7)
_MOST_RETRIES = 100


def walk(
    root: Path, path: str, *, follow: bool = True, make: bool = False, closed: tuple[str, ...] = ()
) -> tuple[Folder, str]:
    """Open the folder in which `path` ends; returns it with the last name; (root, ".") for the workspace
    itself.

    The last name need not exist. With `follow` a link at the end is followed too. With `make` missing folders
    on the way are made. Raises PathRefused for what leads out of the workspace or into a place of `closed`,
    and FileNotFoundError or NotADirectoryError where the way ends.
    """
    names = [name for name in path.split("/") if name not in ("", ".")]
    if ".." in names or "\0" in path:
        raise PathRefused(path, f"'{path}' is no path in the workspace.", outside=True)
    walked = _Walk(root, path, closed)
    try:
        return walked.to(names, follow=follow, make=make)
    except BaseException:
        walked.close()
        raise


class _Walk:
    """Open folders on the way: "..", which only links bring, leads back to a known one."""

    def __init__(self, root: Path, path: str, closed: tuple[str, ...]) -> None:
        self._root = root
        self._path = path
        self._closed = closed
        self._folders = [Folder.root(root)]
        self._names: list[str] = []
        self._links = 0
        self._retries = 0

    def close(self, keep: Folder | None = None) -> None:
        for folder in self._folders:
            if folder is not keep:
                folder.close()

    def to(self, names: list[str], *, follow: bool, make: bool) -> tuple[Folder, str]:
        pending = deque(names)
        while pending:
            name = pending.popleft()
            if name == "..":
                self._up()
                continue
            here = self._folders[-1]
            name, info = _as_spelled(here, name)
            last = not pending
            if info is not None and is_link(info) and (follow or not last):
                self._expand(name, pending)
            elif last:
                return self._end(here, name)
            elif info is not None or make:
                self._enter(here, name, make=info is None, pending=pending)
            else:
                raise FileNotFoundError(errno.ENOENT, "there is no such folder", here.path_of(name))
        return self._at_a_folder()

    def _enter(self, here: Folder, name: str, *, make: bool, pending: deque[str]) -> None:
        self._check_closed(here.path_of(name))
        try:
            folder = here.folder(name, make=make)
        except OSError as error:
            # It was swapped for a link meanwhile: look again. Anything else is not a folder.
            self._retries += 1
            info = here.found(name)
            swapped = info is not None and (is_link(info) or stat.S_ISDIR(info.st_mode))
            if not swapped or self._retries > _MOST_RETRIES or isinstance(error, PermissionError):
                raise
            pending.appendleft(name)
            return
        self._folders.append(folder)
        self._names.append(name)

    def _expand(self, name: str, pending: deque[str]) -> None:
        self._links += 1
        if self._links > _MOST_LINKS:
            raise PathRefused(self._path, f"'{self._path}' goes through too many links.")
        try:
            target = self._folders[-1].link(name).replace(os.sep, "/")
        except OSError:
            self._retries += 1
            if self._retries > _MOST_RETRIES:
                raise
            pending.appendleft(name)
            return
        if target.startswith("//?/"):
            target = target[4:]
        if target.startswith("/") or Path(target).is_absolute():
            base = self._root.as_posix().rstrip("/")
            if target != base and not target.startswith(f"{base}/"):
                raise self._leads_out()
            target = target[len(base) :]
            while self._names:
                self._up()
        pending.extendleft(reversed([part for part in target.split("/") if part not in ("", ".")]))

    def _up(self) -> None:
        if not self._names:
            raise self._leads_out()
        self._names.pop()
        self._folders.pop().close()

    def _leads_out(self) -> PathRefused:
        return PathRefused(
            self._path, f"'{self._path}' is a link that leads out of the workspace.", outside=True
        )

    def _at_a_folder(self) -> tuple[Folder, str]:
        """The path ended at an open folder: return its parent and its name."""
        if not self._names:
            return self._end(self._folders[0], ".")
        name = self._names.pop()
        self._folders.pop().close()
        return self._end(self._folders[-1], name)

    def _end(self, folder: Folder, name: str) -> tuple[Folder, str]:
        self._check_closed(folder.path_of(name))
        self.close(keep=folder)
        return folder, name

    def _check_closed(self, path: str) -> None:
        if any(path == place or path.startswith(f"{place}/") for place in self._closed):
            raise PathRefused(self._path, f"'{self._path}' belongs to Coterie itself and is closed to tools.")


def _as_spelled(folder: Folder, name: str) -> tuple[str, os.stat_result | None]:
    """The name as spelled on disk: macOS and Linux differ in how Korean letters are composed."""
    info = folder.found(name)
    if info is not None or name.isascii():
        return name, info
    for other in folder.names():
        if same_name(other, name):
            return other, folder.found(other)
    return name, None
