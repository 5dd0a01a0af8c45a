"""Trash of a run: a folder of its own, outside the workspace."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from pathlib import Path

from agents.workspace.folder import Folder, is_link


def to_trash(folder: Folder, name: str, trash: Path) -> Path:
    """Move a file, link or folder to the trash; returns its new path.

    Raises OSError; then the original still exists. Across file systems it is copied first and then removed.
    """
    trash.mkdir(parents=True, exist_ok=True)
    place = _free(trash, name)
    with Folder.root(trash) as into:
        try:
            folder.move(name, into, place.name)
            return place
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
        info = folder.stat(name)
        try:
            _copy(folder, name, into, place.name)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            place.unlink(missing_ok=True) if not place.is_dir() else None
            raise
        if stat.S_ISDIR(info.st_mode):
            folder.remove_tree(name)
        else:
            folder.remove(name)
    return place


def _free(trash: Path, name: str) -> Path:
    number = 1
    while os.path.lexists(trash / f"{number}-{name}"):
        number += 1
    return trash / f"{number}-{name}"


def _copy(folder: Folder, name: str, into: Folder, new_name: str) -> None:
    info = folder.stat(name)
    if is_link(info):
        into.make_link(new_name, folder.link(name))
    elif stat.S_ISDIR(info.st_mode):
        into.make_folder(new_name)
        with folder.folder(name) as inner, into.folder(new_name) as new:
            for each in inner.names():
                _copy(inner, each, new, each)
    elif stat.S_ISREG(info.st_mode):
        with folder.read(name) as file:
            into.write(new_name, file.read(), stat.S_IMODE(info.st_mode))
    else:
        raise OSError(errno.EINVAL, "that is neither a file nor a folder", folder.path_of(name))
