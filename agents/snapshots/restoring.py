"""Restores files, each atomically, so that a process that ends in the middle leaves every file whole."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from agents.snapshots.content import ContentStore
from agents.snapshots.holes import write_pieces
from agents.snapshots.manifest import Item
from agents.snapshots.names import real_name
from agents.workspace.attributes import apply
from agents.workspace.folder import Folder
from engine.errors import UserError

# Temporary file beside the one that is restored; the next undo removes one left by an interrupted undo.
_TEMPORARY = ".{name}.coterie-undo"
_OCCUPIED = (errno.ENOTEMPTY, errno.EEXIST)


class Occupied(Exception):
    """A folder to be removed is not empty."""


class Restorer:
    """Changes single paths of the workspace `root`.

    Methods raise UserError `undo.not_written` when the system refuses, `undo.lost` when a content is not kept
    any more.
    """

    def __init__(self, root: Path, content: ContentStore) -> None:
        self._root = root
        self._content = content

    def remove(self, there: Item) -> None:
        """Remove what is there. Raises Occupied for a folder that is not empty."""
        with self._at(there.path) as (folder, name):
            try:
                if there.kind == "folder":
                    folder.remove_folder(name)
                else:
                    folder.remove(name)
            except FileNotFoundError:
                return
            except OSError as error:
                if error.errno in _OCCUPIED:
                    raise Occupied from error
                raise
            folder.sync()

    def take(self, there: Item) -> str:
        """Move a file into the store, or copy it there and remove it; returns the name of its content."""
        with self._at(there.path) as (folder, name):
            try:
                return self._content.take(folder, name)
            except OSError:
                with folder.read(name) as file:
                    kept, _ = self._content.put(file.fileno(), os.fstat(file.fileno()).st_size)
                self._content.flush()
                folder.remove(name)
                return kept

    def put(self, target: Item, *, same: bool = False) -> None:
        """Put `target` in the place of what is there; `same`: only its attributes differ. Folders get their mode and
        attributes with `finish`.
        """
        with self._at(target.path) as (folder, name):
            if target.kind == "folder":
                with contextlib.suppress(FileExistsError):
                    folder.make_folder(name)
                    mode = stat.S_IMODE(folder.stat(name).st_mode)
                    if mode & 0o700 != 0o700:  # an inherited ACL may keep even its owner out
                        folder.change_mode(name, mode | 0o700)
            elif same and not _shared(folder, name, target):
                _dress(folder, name, target)
            else:
                self._replaced(folder, name, target)
            folder.sync()

    def link(self, target: Item, to: str) -> None:
        """Make `target` another name of the file `to`."""
        with self._at(target.path) as (folder, name), parent_of(self._root, to) as (other, other_name):
            found = folder.found(name)
            if found is not None and found.st_ino == other.stat(other_name).st_ino:
                return
            with _beside(folder, name) as temporary:
                folder.make_hard_link(temporary, other, other_name)
                folder.replace(name, temporary)
            folder.sync()

    def finish(self, target: Item) -> None:
        """Set a folder's mode bits and attributes; those of the workspace itself only its time."""
        with self._at(target.path) as (folder, name):
            if name == "." and target.attributes is not None:
                folder.set_time(name, target.attributes.modified)
            elif name != ".":
                _dress(folder, name, target)

    def _replaced(self, folder: Folder, name: str, target: Item) -> None:
        with _beside(folder, name) as temporary:
            if target.kind == "link":
                folder.make_link(temporary, os.fsdecode(self._content.read(target.hash)))
            elif target.kind == "pipe":
                folder.make_pipe(temporary)
            else:
                self._written(folder, temporary, target)
            _dress(folder, temporary, target)
            if target.kind == "file" and _also_outside(folder, name, target):
                folder.write_over(name, temporary)
                folder.remove(temporary)
                _dress(folder, name, target)
            else:
                folder.replace(name, temporary)

    def _written(self, folder: Folder, name: str, target: Item) -> None:
        with folder.create(name) as file:
            write_pieces(file, self._content.chunks(target.hash))
            file.flush()
            os.fsync(file.fileno())

    @contextlib.contextmanager
    def _at(self, path: str) -> Iterator[tuple[Folder, str]]:
        """The folder above `path`, made writable for now."""
        try:
            with parent_of(self._root, path) as (folder, name), _writable(folder):
                yield folder, name
        except OSError as error:
            raise UserError("undo.not_written", path=path, detail=str(error.strerror or error)) from error


@contextlib.contextmanager
def _beside(folder: Folder, name: str) -> Iterator[str]:
    """A name for a temporary file beside `name`, which is gone afterwards."""
    temporary = _TEMPORARY.format(name=name[:60])
    with contextlib.suppress(FileNotFoundError):
        folder.remove(temporary)
    try:
        yield temporary
    except BaseException:
        with contextlib.suppress(OSError):
            folder.remove(temporary)
        raise


def _dress(folder: Folder, name: str, target: Item) -> None:
    """Set mode bits and attributes."""
    mode = None if target.kind == "link" else target.mode
    if target.attributes is not None:
        made = target.attributes
        values, modified = made.extended, made.modified
        apply(folder, name, mode=mode, owner=made.owner, values=values, modified=modified)
    elif mode is not None and stat.S_IMODE(folder.stat(name).st_mode) != mode:
        folder.change_mode(name, mode)


def _shared(folder: Folder, name: str, target: Item) -> bool:
    """Whether the file has another name that it did not have."""
    found = folder.stat(name)
    return found.st_nlink > 1 and (target.attributes is None or found.st_ino != target.attributes.inode)


def _also_outside(folder: Folder, name: str, target: Item) -> bool:
    """Whether a name outside the workspace belongs to the file and must get its content back too: only writing
    over it does that, though not atomically.
    """
    found, was = folder.found(name), target.attributes
    if found is None or was is None or not was.outside or not stat.S_ISREG(found.st_mode):
        return False
    return found.st_ino == was.inode and found.st_nlink > 1


@contextlib.contextmanager
def parent_of(root: Path, path: str) -> Iterator[tuple[Folder, str]]:
    """The folder that holds `path` (relative to `root`, with "/"), open, and the last part of `path`.

    Raises OSError where there is none, also where a link stands in the way: none is followed.
    """
    *above, name = map(real_name, path.split("/"))
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(Folder.root(root))
        for part in above:
            folder = stack.enter_context(folder.folder(part))
        yield folder, name


@contextlib.contextmanager
def _writable(folder: Folder) -> Iterator[None]:
    """Open a folder that its owner may not write to for a while. Only its owner can."""
    mode = stat.S_IMODE(folder.stat(".").st_mode)
    changed = mode & 0o300 != 0o300
    if changed:
        with contextlib.suppress(PermissionError):
            folder.change_mode(".", mode | 0o300)
    try:
        yield
    finally:
        if changed:
            with contextlib.suppress(PermissionError):
                folder.change_mode(".", mode)
