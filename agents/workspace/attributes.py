"""What a file, folder or link has besides its content: owner, times, mode bits, extended attributes, ACLs."""

from __future__ import annotations

import contextlib
import os
import stat
import sys

from agents.workspace.folder import Folder

# They need the right to write to the file, the others its ownership.
_OF_USERS = "user."

Extended = tuple[tuple[str, bytes], ...]


def extended(folder: Folder, name: str) -> Extended:
    """Extended attributes by name, ACLs among them; without those that cannot be read. Not of a link's target."""
    if sys.platform != "linux":
        return ()
    path, found = folder.reach(name), []
    with contextlib.suppress(OSError):
        for key in sorted(os.listxattr(path, follow_symlinks=False)):
            with contextlib.suppress(OSError, UnicodeEncodeError):
                key.encode()
                found.append((key, os.getxattr(path, key, follow_symlinks=False)))
    return tuple(found)


def apply(
    folder: Folder, name: str, *, mode: int | None, owner: tuple[int, int], values: Extended, modified: int
) -> None:
    """Give `name` mode bits (None: as they are), an owner (uid, gid), extended attributes and a time of its last
    change (nanoseconds since 1970), as far as the system allows.
    """
    found = folder.stat(name)
    if stat.S_ISLNK(found.st_mode):
        _own(folder, name, found, owner)
    else:
        _own(folder, name, found, owner)
        _apply_values(folder, name, found, mode, dict(values))
    if folder.stat(name).st_mtime_ns != modified:
        folder.set_time(name, modified)


def _own(folder: Folder, name: str, found: os.stat_result, owner: tuple[int, int]) -> None:
    if sys.platform != "win32" and (found.st_uid, found.st_gid) != owner:
        with contextlib.suppress(PermissionError):
            folder.set_owner(name, *owner)


def _apply_values(
    folder: Folder, name: str, found: os.stat_result, mode: int | None, values: dict[str, bytes]
) -> None:
    there = dict(extended(folder, name))
    wanted = stat.S_IMODE(found.st_mode) if mode is None else mode
    if there != values and not found.st_mode & stat.S_IWUSR:
        folder.change_mode(name, stat.S_IMODE(found.st_mode) | stat.S_IWUSR)
    for key in there.keys() - values.keys():
        _set(folder, name, key, None)
    changed = {key: value for key, value in values.items() if there.get(key) != value}
    for key, value in changed.items():
        if key.startswith(_OF_USERS):
            _set(folder, name, key, value)
    if stat.S_IMODE(folder.stat(name).st_mode) != wanted:  # a change of the owner takes setuid away
        folder.change_mode(name, wanted)
    for key, value in changed.items():
        if not key.startswith(_OF_USERS):
            _set(folder, name, key, value)


def _set(folder: Folder, name: str, key: str, value: bytes | None) -> None:
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError):
        if value is None:
            os.removexattr(folder.reach(name), key, follow_symlinks=False)
        else:
            os.setxattr(folder.reach(name), key, value, follow_symlinks=False)
