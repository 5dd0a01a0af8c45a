"""Where files of chats lie: a file, a folder, or a zip, which is read without being unpacked.

Names in a zip are never used as paths. What comes out of one is counted while it is read, whatever the zip says of
its size.
"""

from __future__ import annotations

import contextlib
import errno
import io
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Protocol

from engine.errors import UserError

ENDINGS = (".json", ".jsonl")
CHUNK = 1 << 20
# Of the files of a zip or folder.
MOST_FILES = 100_000
# Bytes that come out of one zip, and how many for each byte in it once there are more than `_UNSUSPICIOUS`. Text of
# chats is packed to a fifth, the same sentence over and over to a hundredth.
MOST_UNPACKED = 16 * 2**30
_MOST_RATIO, _UNSUSPICIOUS = 200, 64 * 2**20


class Shelf(Protocol):
    """Files that belong together. `names` are paths with "/", `alone`: it is one that a person chose by itself.
    `zips` are the zips of a folder, each a shelf of its own."""

    names: tuple[str, ...]
    zips: tuple[str, ...]
    alone: bool

    def open(self, name: str) -> BinaryIO:
        """Open a file of it. Raises UserError `exchange.cannot_read`."""

    def has(self, name: str) -> bool:
        """Whether there is such a file."""


@contextlib.contextmanager
def opened_shelf(path: Path) -> Iterator[Shelf]:
    """The files at a path. Raises UserError `exchange.cannot_read`, `exchange.bad_zip`, `exchange.too_many_files`."""
    if os.path.isdir(path):  # noqa: PTH112 - which takes a name that is too long
        yield FolderShelf(path)
        return
    with _opened(path) as file:
        zipped = file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    if not zipped:
        yield FileShelf(path)
        return
    with _told(), unzipping():
        archive = zipfile.ZipFile(path)
    with archive:
        yield ZipShelf(archive)


def _opened(path: Path) -> BinaryIO:
    """Open a file, nothing that would wait for somebody to write. Raises UserError `exchange.cannot_read`."""
    with _told():
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return path.open("rb")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Raise UserError `exchange.cannot_read` for what the system refuses."""
    try:
        yield
    except (OSError, ValueError) as error:  # the latter: a path with a zero byte
        raise UserError(
            "exchange.cannot_read", detail=getattr(error, "strerror", None) or str(error)
        ) from error


@contextlib.contextmanager
def unzipping() -> Iterator[None]:
    """Raise UserError `exchange.bad_zip` for a zip that is damaged, locked or packed in an unknown way."""
    try:
        yield
    # zipfile raises EOFError for a file that is cut, RuntimeError for one behind a password, and its
    # NotImplementedError for a packing that it does not know. Damaged bytes are told by whatever unpacks them.
    except (zipfile.BadZipFile, EOFError, RuntimeError, zlib.error, lzma.LZMAError) as error:
        raise UserError("exchange.bad_zip") from error


class FileShelf:
    """One file that was chosen, and those beside it."""

    alone = True
    zips: tuple[str, ...] = ()

    def __init__(self, path: Path) -> None:
        self._folder = path.parent
        self.names: tuple[str, ...] = (path.name,)

    def open(self, name: str) -> BinaryIO:
        return _opened(self._folder / name)

    def has(self, name: str) -> bool:
        return os.path.isfile(self._folder / name)  # noqa: PTH113


class FolderShelf:
    """The files beneath a folder that may hold chats. Links are not followed."""

    alone = False

    def __init__(self, path: Path) -> None:
        self._folder = path
        found: list[str] = []
        for folder, folders, files in os.walk(path):
            folders.sort()
            shown = Path(folder).relative_to(path)
            found += [(shown / file).as_posix() for file in sorted(files) if not file.startswith("._")]
            if len(found) > MOST_FILES:
                raise UserError("exchange.too_many_files", most=MOST_FILES)
        self.names = tuple(name for name in found if name.lower().endswith(ENDINGS))
        self.zips = tuple(name for name in found if name.lower().endswith(".zip"))
        self._known = set(self.names)

    def open(self, name: str) -> BinaryIO:
        return _opened(self._folder / name)

    def has(self, name: str) -> bool:
        return name in self._known


class ZipShelf:
    """The files in a zip that may hold chats."""

    alone = False
    zips: tuple[str, ...] = ()

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = MOST_UNPACKED
        self._members = {
            member.filename: member
            for member in archive.infolist()
            if not member.is_dir()
            and member.filename.lower().endswith(ENDINGS)
            and not member.filename.startswith("__MACOSX/")
            and not PurePosixPath(member.filename).name.startswith("._")
        }
        if len(self._members) > MOST_FILES:
            raise UserError("exchange.too_many_files", most=MOST_FILES)
        self.names = tuple(self._members)

    def open(self, name: str) -> BinaryIO:
        member = self._members[name]
        with unzipping():
            return io.BufferedReader(_Counted(self, self._archive.open(member), member.compress_size), CHUNK)

    def has(self, name: str) -> bool:
        return name in self._members

    def take(self, count: int) -> None:
        """Count bytes that came out. Raises UserError `exchange.zip_bomb`."""
        self._left -= count
        if self._left < 0:
            raise UserError("exchange.zip_bomb")


class _Counted(io.RawIOBase):
    """A file in a zip, from whose bytes no more may come than text of chats would make of them."""

    def __init__(self, shelf: ZipShelf, file: IO[bytes], packed: int) -> None:
        self._shelf, self._file = shelf, file
        self._read, self._most = 0, max(_UNSUSPICIOUS, packed * _MOST_RATIO)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        with unzipping():
            data = self._file.read(len(buffer))
        self._read += len(data)
        self._shelf.take(len(data))
        if self._read > self._most:
            raise UserError("exchange.zip_bomb")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """A file in pieces. Raises UserError `exchange.cannot_read`."""
    while True:
        with _told():
            data = file.read(CHUNK)
        if not data:
            return
        yield data
