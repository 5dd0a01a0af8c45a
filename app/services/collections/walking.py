"""Walks a folder, file by file, with little memory however large it is. Links are not followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec

from agents.tools.documents.kinds import ending
from agents.tools.documents.reading import MOST_BYTES
from agents.tools.files.list_files import SKIPPED
from app.store.documents.records import SeenFile

_SEPARATOR = os.fsencode(os.sep)
# Files of these endings hold no text; all others are looked into.
_PICTURES = frozenset(
    "png jpg jpeg gif webp avif heic heif bmp tif tiff ico psd svg raw cr2 nef svgz".split()
)
_OTHERS = frozenset(
    "mp3 m4a wav flac ogg opus aac mp4 m4v mov avi mkv webm wmv zip gz bz2 xz zst 7z rar tar tgz jar war iso dmg img"
    " exe dll so dylib a o obj lib class pyc pyo wasm bin dat gguf safetensors pt pth onnx npy npz parquet sqlite"
    " sqlite3 db db-wal db-shm ttf otf woff woff2 eot lock swp tmp part crdownload deb rpm apk msi whl".split()
)
_LARGEST_NUMBER = (1 << 63) - 1  # of SQLite


def walk(root: bytes, unread: list[bytes], without: bytes = b"") -> Iterator[SeenFile]:
    """All files below a folder, or the file itself; those that are not read say why. Hidden folders, and those of
    programs such as `.git` and `node_modules`, are left out, the folder `without` too. `unread` gets the folders that
    cannot be opened.

    Raises OSError where `root` itself cannot be.
    """
    found = Path(os.fsdecode(root)).stat()
    if not stat.S_ISDIR(found.st_mode):
        seen = _seen(root, found, found.st_ino, is_link=False)
        yield msgspec.structs.replace(
            seen, skip="" if seen.skip == "hidden" else seen.skip
        )  # it was asked for
        return
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if _is_folder(entry):
                        if entry.path != without and not _is_left_out(entry.name):
                            folders.append(entry.path)
                    elif (file := _file(entry)) is not None:
                        yield file
        except OSError:
            if folder == root:
                raise
            unread.append(folder + _SEPARATOR)


def _is_folder(entry: os.DirEntry[bytes]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False) and not _is_junction(entry)
    except OSError:
        return False


def _is_junction(entry: os.DirEntry[bytes]) -> bool:
    """Whether it is a link of Windows between folders, which may lead round in a ring."""
    return bool(getattr(entry, "is_junction", bool)())


def _is_left_out(name: bytes) -> bool:
    return name.startswith(b".") or os.fsdecode(name) in SKIPPED


def _file(entry: os.DirEntry[bytes]) -> SeenFile | None:
    """None for one that is gone meanwhile."""
    try:
        is_link = entry.is_symlink() or _is_junction(entry)
        return _seen(entry.path, entry.stat(follow_symlinks=False), entry.inode(), is_link=is_link)
    except OSError:
        return None


def _seen(path: bytes, found: os.stat_result, inode: int, *, is_link: bool) -> SeenFile:
    name = Path(os.fsdecode(path)).name
    skip = "link" if is_link else _skipped(name, found)
    return SeenFile(path, found.st_size, found.st_mtime_ns, inode & _LARGEST_NUMBER, skip)


def _skipped(name: str, found: os.stat_result) -> str:
    """Why a file is not read, "" where it is."""
    if not stat.S_ISREG(found.st_mode):
        return "not_a_file"
    if name.startswith((".", "~$")):
        return "hidden"
    if not found.st_size:
        return "empty"
    kind = ending(name)
    if kind in _PICTURES:
        return "picture"
    if kind in _OTHERS:
        return "no_kind"
    return "too_large" if found.st_size > MOST_BYTES else ""
