"""The packs on the disk: unpacked beside each other, put into use by the name in one file.

`NAME/` has the module with its note, and by hard links the libraries that it is linked to; `libraries-…/` are these,
kept for the next pack that wants the same.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from app.installation.unpacking import unpack
from engine import llama_package
from engine.durable_files import sync_folder, write_whole
from engine.errors import UserError
from engine.fetched_backend import CURRENT, in_use

NOTE, MODULE = "build.json", "libggml-cuda.so"
_LIBRARIES = "libraries-"


class PackNote(msgspec.Struct, frozen=True):
    """The note beside the module, as `engine.local.native.backends` reads it. `library` is the version of
    llama-cpp-python that it is for, `visible` the cards that it may use, by NVIDIA's names, empty for all."""

    build: str
    library: str
    kind: str
    visible: str = ""


class Packs:
    """Those in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def current(self) -> Path | None:
        return in_use(self.folder)

    @property
    def fits(self) -> bool:
        """Whether the pack in use is for the installed version of the engine."""
        note = None if self.current is None else _note(self.current)
        return note is not None and note.library == llama_package.version()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else changes the packs meanwhile. Raises UserError `cuda.elsewhere`, OSError."""
        from filelock import FileLock, Timeout

        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / ".lock", timeout=0):
                yield
        except Timeout:
            raise UserError("cuda.elsewhere") from None

    def libraries(self, digest: str) -> Path:
        """The folder of the libraries whose archive has this SHA-256. It is whole if it is there."""
        return self.folder / f"{_LIBRARIES}{digest[:16]}"

    def unpack_libraries(self, archive: Path, digest: str) -> None:
        """Raises OSError, ValueError for a file that is no archive."""
        self._unpack(archive, self.libraries(digest))

    def unpack_pack(self, archive: Path, name: str, libraries: Path, version: str, visible: str) -> Path:
        """A pack that can be tried, with the libraries beside its module; gives its folder.

        Raises OSError, ValueError for a file that is no archive or not for this version of the engine.
        """
        folder = self.folder / name
        self._unpack(archive, folder)
        note = _note(folder)
        if note is None or note.library != version or note.kind != "cuda" or not (folder / MODULE).is_file():
            self.drop(folder)
            raise ValueError(archive.name)
        for library in sorted(libraries.iterdir()):
            _link(library, folder / library.name)
        write_whole(folder / NOTE, msgspec.json.encode(msgspec.structs.replace(note, visible=visible)))
        return folder

    def put(self, folder: Path, libraries: Path) -> None:
        """Put a pack into use, from the next process that loads the engine on. The others go. Raises OSError."""
        write_whole(self.folder / CURRENT, folder.name.encode())
        sync_folder(self.folder)
        for other in self.folder.iterdir():
            if other.is_dir() and other not in (folder, libraries):
                self.drop(other)

    def remove(self) -> bool:
        """Remove everything; whether there was a pack. What can't be removed is not used any more. Raises OSError."""
        there = self.current is not None
        (self.folder / CURRENT).unlink(missing_ok=True)
        for each in list(self.folder.iterdir()) if self.folder.is_dir() else []:
            if each.is_dir():
                self.drop(each)
        return there

    def drop(self, folder: Path) -> None:
        """Remove a folder; a file in use may stay where the system holds it."""
        shutil.rmtree(folder, ignore_errors=True)

    def _unpack(self, archive: Path, folder: Path) -> None:
        unfinished = folder.with_name(f".{folder.name}.part")
        self.drop(unfinished)
        try:
            unpack(archive, unfinished)
            self.drop(folder)
            unfinished.rename(folder)
        finally:
            self.drop(unfinished)


def _note(folder: Path) -> PackNote | None:
    try:
        return msgspec.json.decode((folder / NOTE).read_bytes(), type=PackNote)
    except (OSError, msgspec.MsgspecError):
        return None


def _link(source: Path, target: Path) -> None:
    if not source.is_file() or target.exists():
        return
    try:
        os.link(source, target)
    except OSError:  # a file system without links
        shutil.copy2(source, target)
