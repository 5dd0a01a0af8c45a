"""Manifest of the workspace, or of some paths of it, at one moment; and the difference of two. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec
from msgspec.structs import replace

from agents.events import Attributes, FileChange

Kind = Literal["file", "folder", "link", "pipe", "other"]
# How much shorter a manifest has to be to be kept as what differs from another.
_SHORTER = 8
# They are all there is of it: no content belongs to them.
PLAIN: tuple[Kind, ...] = ("folder", "pipe", "other")


class Item(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An item at a path relative to the workspace.

    `hash` is the SHA-256 of a file's content or of a link's target, "" when that is not kept. `stamp` is
    (mtime, ctime, inode), the times in nanoseconds: while it is the same, so is the content. "other" are
    sockets and devices.
    """

    path: str
    kind: Kind
    hash: str = ""
    bytes: int = 0
    mode: int = 0
    link: str = ""
    stamp: tuple[int, int, int] = (0, 0, 0)
    attributes: Attributes | None = None


class Manifest(msgspec.Struct, frozen=True):
    """A scan's `items`, in the order of their paths.

    `scope` are the paths that were looked at with all below them, None for the whole workspace. `closed` are
    folders that could not be looked into. `uncovered` counts what is there and not kept. `began` is when
    looking began, in nanoseconds since 1970. With `base`, the name of another one, `items` are only those that differ
    from it, and `gone` the paths that it has and this one lacks.
    """

    items: tuple[Item, ...]
    scope: tuple[str, ...] | None = None
    closed: tuple[str, ...] = ()
    uncovered: int = 0
    began: int = 0
    base: str = ""
    gone: tuple[str, ...] = ()

    def by_path(self) -> dict[str, Item]:
        return {item.path: item for item in self.items}


_DECODER = msgspec.json.Decoder(Manifest)


def packed(manifest: Manifest) -> bytes:
    return msgspec.json.encode(manifest)


def unpacked(data: bytes) -> Manifest:
    """Raises msgspec.DecodeError for what `packed` did not write."""
    return _DECODER.decode(data)


def shortened(whole: Manifest, name: str, base: Mapping[str, Item]) -> Manifest | None:
    """`whole` as what differs from the manifest `name` with the items `base`; None where that is not much shorter."""
    changed = [item for item in whole.items if (known := base.get(item.path)) is not item and known != item]
    gone = (
        base.keys() - {item.path for item in whole.items}
        if len(whole.items) - len(changed) < len(base)
        else ()
    )
    if len(changed) + len(gone) > len(whole.items) // _SHORTER:
        return None
    return replace(whole, items=tuple(changed), base=name, gone=tuple(sorted(gone)))


def completed(short: Manifest, base: Manifest) -> Manifest:
    """The whole manifest of which `short` is what differs from `base`."""
    items = base.by_path()
    for path in short.gone:
        items.pop(path, None)
    items |= short.by_path()
    return replace(short, items=tuple(items[path] for path in sorted(items)), base="", gone=())


def within(path: str, folders: Iterable[str]) -> bool:
    """Whether `path` is one of `folders` or lies below one; "" is the workspace itself."""
    return any(not folder or path == folder or path.startswith(folder + "/") for folder in folders)


def difference(before: Manifest, after: Manifest) -> tuple[tuple[FileChange, ...], tuple[FileChange, ...]]:
    """Changes from `before` to `after`, by path, and those of attributes alone. Folders that either could not
    read are left out.
    """
    closed = {*before.closed, *after.closed}
    old, new = before.by_path(), after.by_path()
    found: list[FileChange] = []
    attributes: list[FileChange] = []
    changed = [path for path, now in new.items() if (was := old.get(path)) is not now and was != now]
    changed += old.keys() - new.keys()
    old_links, new_links = (_links(old, new), _links(new, old)) if changed else ({}, {})
    for path in sorted(changed):
        was, now = old.get(path), new.get(path)
        if closed and within(path, closed - {path}):
            continue
        if was is None or now is None or was.kind != now.kind or not _same(was, now):
            found.extend(changes_of(_linked(was, old_links), _linked(now, new_links)))
        elif not same_attributes(was, now) or _linked_otherwise(was, now):
            attributes.extend(changes_of(_linked(was, old_links), _linked(now, new_links)))
    return tuple(found), tuple(attributes)


def _links(items: dict[str, Item], others: dict[str, Item]) -> dict[str, str]:
    """For each path with other names in the workspace one of these, if possible one that is still the same file in
    `others`.
    """
    groups: dict[str, list[str]] = {}
    for item in items.values():
        if item.attributes is not None and item.attributes.linked:
            groups.setdefault(item.attributes.linked, []).append(item.path)
    found: dict[str, str] = {}
    for paths in groups.values():
        stays = [path for path in paths if _inode(items.get(path)) == _inode(others.get(path))]
        found.update(dict.fromkeys(paths, (stays or paths)[0]))
    return found


def _inode(item: Item | None) -> int:
    return item.attributes.inode if item is not None and item.attributes is not None else 0


def _linked(item: Item | None, links: dict[str, str]) -> Item | None:
    if item is None or item.attributes is None or item.path not in links:
        return item
    return replace(item, attributes=replace(item.attributes, linked=links[item.path]))


def same_attributes(was: Item, now: Item) -> bool:
    """Whether time, owner and extended attributes are the same, as far as they are known."""
    one, other = was.attributes, now.attributes
    if one is None or other is None:
        return True
    return (one.modified, one.owner, one.extended) == (other.modified, other.owner, other.extended)


def _linked_otherwise(was: Item, now: Item) -> bool:
    one, other = was.attributes, now.attributes
    if one is None or other is None or one.inode == other.inode:
        return False
    return bool(one.linked or other.linked)


def _same(was: Item, now: Item) -> bool:
    if was.kind in PLAIN:
        return was.mode == now.mode
    if was.hash and now.hash:
        return was.hash == now.hash and (was.mode == now.mode or was.kind == "link")
    return (was.bytes, was.mode, was.stamp) == (now.bytes, now.mode, now.stamp)


def changes_of(was: Item | None, now: Item | None) -> list[FileChange]:
    """Changes from one item to another at the same path, None where there was nothing.

    Two changes when they are of different kinds: the one is deleted and the other new.
    """
    if was is not None and now is not None and was.kind != now.kind:
        return [_change(was, None), _change(None, now)]
    return [_change(was, now)] if was or now else []


def _change(was: Item | None, now: Item | None) -> FileChange:
    there = was or now
    assert there is not None
    return FileChange(
        path=there.path,
        change="new" if was is None else "deleted" if now is None else "changed",
        before=was.hash if was else "",
        after=now.hash if now else "",
        bytes_before=was.bytes if was else 0,
        bytes_after=now.bytes if now else 0,
        mode=was.mode if was else 0,
        mode_after=now.mode if now else 0,
        kind=there.kind,
        link=there.link,
        kept=was is None or was.kind in ("folder", "pipe") or bool(was.hash),
        attributes=was.attributes if was else None,
        attributes_after=now.attributes if now else None,
    )
