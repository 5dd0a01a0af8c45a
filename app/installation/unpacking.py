"""Unpacks the archive of a version, which may hold nothing but files and folders below its own."""

from __future__ import annotations

import os
import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a .zip into `folder`, which is made. Links of Unix stay links where they lead nowhere outside; they come
    last, so that nothing is written through one.

    Raises OSError, ValueError for what is no archive or holds a path that leads outside.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [(entry, _target(folder, entry.filename)) for entry in opened.infolist()]
            folder.mkdir(parents=True)
            for entry, target in sorted(members, key=lambda member: _is_link(member[0])):
                _write(opened, entry, target, folder)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        raise ValueError(str(error)) from error


def _target(folder: Path, name: str) -> Path:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        raise ValueError(name)
    return folder / path


def _write(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, folder: Path) -> None:
    if entry.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if _is_link(entry):
        to = opened.read(entry).decode()
        if not (target.parent / to).resolve().is_relative_to(folder.resolve()):
            raise ValueError(entry.filename)
        target.symlink_to(to)
        return
    with opened.open(entry) as source, target.open("xb") as file:
        shutil.copyfileobj(source, file, 2**20)
    if entry.external_attr >> 16 & 0o111 and os.name == "posix":
        target.chmod(0o755)


def _is_link(entry: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(entry.external_attr >> 16)
