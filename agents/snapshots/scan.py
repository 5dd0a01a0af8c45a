"""Scans the workspace and stores its contents."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from agents.events import Attributes
from agents.snapshots.content import ContentStore
from agents.snapshots.manifest import Item, Kind, Manifest, within
from agents.snapshots.names import kept_name, real_name
from agents.workspace.attributes import extended
from agents.workspace.folder import Folder, is_link
from engine.errors import UserError

DEEPEST = 200
# A file changed this shortly before it was read may change again without a new time; the coarsest file
# system in use counts in two seconds.
_YOUNG = 2_000_000_000
_TRIES = 3
# The path of the workspace itself.
ROOT = "."
# A new file larger than this is not read after the call that made it: the next call's snapshot keeps it, should
# there be one, and undoing it only removes it.
_FRESH = 16 * 1024**2


class SnapshotLimits(msgspec.Struct, frozen=True):
    """Limits of a snapshot: contents of up to `file_bytes` each and `total_bytes` together.

    `items` is how many files and folders are looked at.
    """

    file_bytes: int = 256 * 1024**2
    total_bytes: int = 2 * 1024**3
    items: int = 200_000


class Look:
    """One scan of the workspace `root`, or of some paths in it.

    `known` is an earlier one: what has the same size and times since is not read again. `hidden` are folders
    that are not the workspace's own (our data in it). Of files at the paths `unread` no
    content is kept; with `before`, a scan before a call, nor of large ones that are new since.
    """

    def __init__(
        self,
        root: Path,
        content: ContentStore,
        limits: SnapshotLimits,
        *,
        known: Manifest | None = None,
        hidden: Iterable[str] = (),
        unread: Iterable[str] = (),
        before: Manifest | None = None,
    ) -> None:
        self._root = root
        self._content = content
        self._has: Callable[[str], bool] = content.has
        self._limits = limits
        self._known = known.by_path() if known else {}
        self._trusted = known.began - _YOUNG if known else 0
        self._hidden = frozenset(hidden)
        self._unread = frozenset(unread)
        self._before = None if before is None else {item.path for item in before.items}
        self._deep = True
        self._above: set[str] = set()
        self._items: list[Item] = []
        self._closed: list[str] = []
        self._uncovered = 0
        self._total = 0
        # Names of each file that has several, by device and inode, and how many it has.
        self._links: dict[tuple[int, int], list[str]] = {}
        self._names: dict[tuple[int, int], int] = {}

    def whole(self) -> Manifest:
        """Scan all of the workspace.

        Raises UserError `undo.not_kept`, and OSError when there is no workspace.
        """
        began = time.time_ns()
        if self._known:
            self._has = self._content.names().__contains__
        with Folder.root(self._root) as folder:
            self._itself(folder)
            self._below(folder, "", 0)
        return self._made(None, began)

    def paths(self, scope: Sequence[str], *, deep: bool = True) -> Manifest:
        """Scan each of the paths `scope`, with all below it when `deep`, and the folders above it."""
        self._deep = deep
        began = time.time_ns()
        seen: list[str] = []
        with Folder.root(self._root) as folder:
            self._itself(folder)
            for path in sorted({*scope} - {ROOT}):
                if not (deep and within(path, seen[-1:])):
                    self._to(folder, path.split("/"), "")
                    seen.append(path)
        return self._made(tuple(sorted(set(scope))), began)

    def _made(self, scope: tuple[str, ...] | None, began: int) -> Manifest:
        items = {item.path: item for item in self._items}
        for inode, paths in self._links.items():
            for path in paths:
                item = items[path]
                linked, outside = paths[0] if len(paths) > 1 else "", self._names[inode] > len(paths)
                assert item.attributes is not None
                items[path] = replace(
                    item, attributes=replace(item.attributes, linked=linked, outside=outside)
                )
        return Manifest(
            tuple(items[path] for path in sorted(items)), scope, tuple(self._closed), self._uncovered, began
        )

    def _to(self, folder: Folder, parts: Sequence[str], above: str) -> None:
        kept, *rest = parts
        name = real_name(kept)
        path = f"{above}/{kept}" if above else kept
        if not rest:
            self._item(folder, name, path, len(above.split("/")))
            return
        try:
            found = folder.stat(name)
            with folder.folder(name) as child:
                if path not in self._above:
                    self._above.add(path)
                    self._items.append(self._plain("folder", folder, name, path, found))
                self._to(child, rest, path)
        except PermissionError:
            self._close(path)
        except OSError:
            return  # nothing there, or a file or a link in place of a folder

    def _below(self, folder: Folder, path: str, depth: int) -> None:
        try:
            names = folder.names()
        except OSError:
            self._close(path)
            return
        above = f"{path}/" if path else ""
        known, status, stays = self._known.get, folder.stat, self._stays
        for name in names:
            kept = above + (name if name.isascii() else kept_name(name))
            item = known(kept)
            if item is not None:
                try:  # the short way for most of a large workspace
                    if stays(item, status(name)):
                        self._items.append(item)
                        continue
                except OSError:
                    pass
            self._item(folder, name, kept, depth)

    def _stays(self, item: Item, found: os.stat_result) -> bool:
        """Whether what is found is the very file that is known, and has no other name."""
        modified, changed, inode = item.stamp
        trusted = self._trusted
        return (
            found.st_mtime_ns == modified < trusted
            and found.st_ctime_ns == changed < trusted
            and found.st_ino == inode
            and found.st_nlink == 1
            and item.kind == "file"
            and found.st_size == item.bytes
            and item.attributes is not None
            and self._has(item.hash)
            and item.path not in self._hidden
            and self._fits(found.st_size)
        )

    def _item(self, folder: Folder, name: str, path: str, depth: int) -> None:
        if path in self._hidden:
            self._closed.append(path)
            return
        try:
            path.encode()
            found = folder.stat(name)
        except UnicodeEncodeError:
            self._close(path.encode(errors="replace").decode())
            return
        except OSError as error:
            # It was removed meanwhile.
            if error.errno != errno.ENOENT:
                self._uncovered += 1
            return
        if found.st_nlink > 1 and not stat.S_ISDIR(found.st_mode):
            inode = found.st_dev, found.st_ino
            self._links.setdefault(inode, []).append(path)
            self._names[inode] = found.st_nlink
        if is_link(found):
            self._link(folder, name, path, found)
        elif stat.S_ISDIR(found.st_mode):
            self._items.append(self._plain("folder", folder, name, path, found))
            if self._deep:
                self._inside(folder, name, path, depth)
        elif stat.S_ISREG(found.st_mode):
            self._items.append(self._file(folder, name, path, found))
        elif stat.S_ISFIFO(found.st_mode):
            self._items.append(self._plain("pipe", folder, name, path, found))
        else:
            self._uncovered += 1
            self._items.append(self._plain("other", folder, name, path, found))

    def _itself(self, folder: Folder) -> None:
        """The workspace itself, of which only the time counts."""
        found = folder.stat(".")
        self._items.append(
            Item(ROOT, "folder", attributes=Attributes(found.st_mtime_ns, (found.st_uid, found.st_gid)))
        )

    def _plain(self, kind: Kind, folder: Folder, name: str, path: str, found: os.stat_result) -> Item:
        mode, attributes = stat.S_IMODE(found.st_mode), self._attributes(folder, name, path, found)
        return Item(path, kind, mode=mode, stamp=_stamp(found), attributes=attributes)

    def _attributes(self, folder: Folder, name: str, path: str, found: os.stat_result) -> Attributes:
        known = self._known.get(path)
        if known is not None and known.attributes is not None and self._unchanged(known, found):
            values = known.attributes.extended
        else:
            values = () if is_link(found) else extended(folder, name)
        return Attributes(found.st_mtime_ns, (found.st_uid, found.st_gid), values, found.st_ino)

    def _inside(self, folder: Folder, name: str, path: str, depth: int) -> None:
        if depth >= DEEPEST or len(self._items) >= self._limits.items:
            self._close(path)
            return
        try:
            child = folder.folder(name)
        except OSError:
            self._close(path)
            return
        with child:
            self._below(child, path, depth + 1)

    def _close(self, path: str) -> None:
        self._closed.append(path)
        self._uncovered += 1

    def _link(self, folder: Folder, name: str, path: str, found: os.stat_result) -> None:
        attributes = self._attributes(folder, name, path, found)
        try:
            target = folder.link(name)
            data = os.fsencode(target)
        except (OSError, UnicodeEncodeError):
            self._uncovered += 1
            self._items.append(Item(path, "other", stamp=_stamp(found), attributes=attributes))
            return
        hash = self._content.put_bytes(data)
        self._items.append(
            Item(
                path,
                "link",
                hash,
                len(data),
                link=kept_name(target),
                stamp=_stamp(found),
                attributes=attributes,
            )
        )

    def _file(self, folder: Folder, name: str, path: str, found: os.stat_result) -> Item:
        known = self._known.get(path)
        if (
            known is not None
            and known.attributes is not None
            and self._unchanged(known, found)
            and self._has(known.hash)
            and self._fits(found.st_size)
        ):
            return known
        kept: tuple[str, int] | None = None
        if path in self._unread or self._fresh(path, found):
            kept = "", found.st_size
        elif self._fits(found.st_size):
            kept, found = self._kept(folder, name, found)
        if kept is None:
            self._uncovered += 1
            kept = "", found.st_size
        mode, attributes = stat.S_IMODE(found.st_mode), self._attributes(folder, name, path, found)
        return Item(path, "file", *kept, mode, stamp=_stamp(found), attributes=attributes)

    def _unchanged(self, known: Item, found: os.stat_result) -> bool:
        """Whether nothing was changed since it was known, neither content nor attributes."""
        return (
            (known.kind != "file" or known.bytes == found.st_size)
            and known.stamp == _stamp(found)
            and max(found.st_mtime_ns, found.st_ctime_ns) < self._trusted
        )

    def _fresh(self, path: str, found: os.stat_result) -> bool:
        return found.st_size > _FRESH and self._before is not None and path not in self._before

    def _fits(self, size: int) -> bool:
        """Whether a file of `size` bytes is within the limits; counts it if so."""
        if size > self._limits.file_bytes or self._total + size > self._limits.total_bytes:
            return False
        self._total += size
        return True

    def _kept(
        self, folder: Folder, name: str, found: os.stat_result
    ) -> tuple[tuple[str, int] | None, os.stat_result]:
        """Read a file until it did not change meanwhile; after some tries the last content counts."""
        kept = None
        for _ in range(_TRIES):
            try:
                with folder.read(name) as file:
                    found = os.fstat(file.fileno())
                    if found.st_size > self._limits.file_bytes:
                        return None, found
                    # A file that grows as fast as it is read has no other end.
                    kept = self._put(file.fileno(), found.st_size)
                    if _stamp(os.fstat(file.fileno())) == _stamp(found):
                        break
            except OSError:
                return None, found
        return kept, found

    def _put(self, handle: int, length: int) -> tuple[str, int] | None:
        try:
            return self._content.put(handle, length)
        except UserError as error:
            if error.code != "undo.no_room":
                raise
            return None


def _stamp(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_mtime_ns, found.st_ctime_ns, found.st_ino
