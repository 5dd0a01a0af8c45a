"""The workspace: the folder that a run works in."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from agents.permissions.path_rules import PathRefused, is_protected, relative_path
from agents.workspace.folder import Folder, is_link
from agents.workspace.safe_paths import walk
from engine.errors import UserError


class Entry(msgspec.Struct, frozen=True):
    """An item of the workspace.

    `path` is relative with "/", `bytes` a file's size, `mode` its permission bits.
    """

    path: str
    kind: str  # "file", "folder", "link" or "other" (a pipe, a device)
    bytes: int = 0
    mode: int = 0


class Workspace(msgspec.Struct, frozen=True):
    """`root` is an absolute path without links in it. `closed` are relative paths that no tool opens.

    Paths that methods take are relative, with "/", as `relative` or a listing gives them. All of them raise
    PathRefused for what would leave the workspace and OSError for what the system refuses.
    """

    root: Path
    closed: tuple[str, ...] = ()

    @classmethod
    def at(cls, folder: Path, own: tuple[Path, ...] = ()) -> Workspace:
        """The workspace at a folder, its links resolved.

        `own` are our folders: where one lies in the workspace it is closed. Raises UserError
        `workspace.not_a_folder` and, when it lies in one of ours, `workspace.own`.
        """
        try:
            root = folder.expanduser().resolve(strict=True)
        except (OSError, RuntimeError) as error:
            raise UserError("workspace.not_a_folder", path=str(folder)) from error
        if not root.is_dir():
            raise UserError("workspace.not_a_folder", path=str(folder))
        closed: list[str] = []
        for each in own:
            place = each.resolve()
            if root.is_relative_to(place):
                raise UserError("workspace.own", path=str(root))
            if place.is_relative_to(root):
                closed.append(place.relative_to(root).as_posix())
        return cls(root, tuple(closed))

    @property
    def name(self) -> str:
        return self.root.name or str(self.root)

    def relative(self, text: str) -> str:
        """A model's path, relative; "." is the workspace. Raises PathRefused with the reason."""
        return relative_path(self.root, text)

    def locate(self, path: str, *, follow: bool = True, make: bool = False) -> tuple[Folder, str]:
        """The open folder that a path ends in (to be closed) and the last name. With `follow` a link at the end is
        followed; with `make` missing folders on the way are made. The last name need not exist."""
        return walk(self.root, path, follow=follow, make=make, closed=self.closed)

    def folder(self, path: str, *, make: bool = False) -> Folder:
        """Open a folder."""
        parent, name = self.locate(path, make=make)
        with parent:
            return parent.folder(name, make=make)

    def read(self, path: str) -> BinaryIO:
        """Open a regular file; links inside the workspace are followed."""
        parent, name = self.locate(path)
        with parent:
            return parent.read(name)

    def real(self, path: str, *, follow: bool = True) -> str:
        """The path without links, spelled as on the disk; parts that do not exist yet stay as given."""
        known, missing = path, ""
        while True:
            try:
                parent, name = self.locate(known, follow=follow or bool(missing))
            except FileNotFoundError:
                if not known:  # the workspace itself is gone
                    raise
                known, _, last = known.rpartition("/")
                missing = f"{last}/{missing}" if missing else last
                continue
            with parent:
                found = parent.path_of(name)
            return f"{found}/{missing}" if missing else found

    def found(self, path: str, *, follow: bool = True) -> Entry | None:
        """Stat a path; None when nothing exists."""
        try:
            parent, name = self.locate(path, follow=follow)
        except (FileNotFoundError, NotADirectoryError):
            return None
        with parent:
            return _entry(parent, name)

    def entries(self, path: str = ".") -> tuple[Entry, ...]:
        """The items of a folder, sorted by name."""
        with self.folder(path) as folder:
            found = [_entry(folder, name) for name in folder.names()]
        return tuple(entry for entry in found if entry is not None and entry.path not in self.closed)

    def walk(self, path: str = ".", *, skip: frozenset[str] = frozenset()) -> Iterator[Entry]:
        """Walk a folder, each item before what it contains.

        Folders named in `skip` are not entered, links neither; unreadable ones are passed over.
        """
        waiting: list[Entry] = []
        folder = path
        while True:
            with contextlib.suppress(OSError, PathRefused):
                waiting.extend(reversed(self.entries(folder)))
            while waiting:
                entry = waiting.pop()
                yield entry
                if entry.kind == "folder" and entry.path.rpartition("/")[2] not in skip:
                    folder = entry.path
                    break
            else:
                return

    def protected(self, path: str) -> bool:
        """Whether writing there is forbidden (Git's own files, which can make it run programs)."""
        return is_protected(path)


def _entry(folder: Folder, name: str) -> Entry | None:
    info = folder.found(name)
    if info is None:
        return None
    kind = "other"
    if is_link(info):
        kind = "link"
    elif stat.S_ISDIR(info.st_mode):
        kind = "folder"
    elif stat.S_ISREG(info.st_mode):
        kind = "file"
    return Entry(
        folder.path_of(name), kind, info.st_size if kind == "file" else 0, stat.S_IMODE(info.st_mode)
    )
