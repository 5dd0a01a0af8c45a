"""Content-addressed storage (SHA-256) for undo, shared by all runs of a data folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from agents.snapshots.holes import CHUNK, read_pieces, write_pieces
from agents.workspace.folder import Folder
from engine.errors import UserError

# Up to this size a content is read at once, and compressed when that pays; larger ones are copied as they are.
SMALL = 1024 * 1024
# Space that stays free on the disk: snapshots must not fill it.
SPARE = 512 * 1024 * 1024
# With more new contents than this, one sync of the disk replaces one for each.
_MANY = 32
# A folder changed this shortly before it was listed may change again without a new time, in nanoseconds.
_YOUNG = 2_000_000_000
_PLAIN, _ZLIB = b"\0", b"\1"
# What was moved here instead of copied has a name of its own: nobody read it to know its hash.
MOVED = "moved:"


class ContentStore:
    """Contents in a folder, each in a file named after its hash.

    Methods may be called from any thread and by several processes at once.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unsynced: list[Path] = []
        # Of folders of contents: when they were changed, and the hashes in them.
        self._listings: dict[str, tuple[int, frozenset[str]]] = {}

    def put(self, file: int, length: int) -> tuple[str, int]:
        """Store what the descriptor `file` gives, at most `length` bytes; returns its hash and the number of
        bytes.

        Raises OSError when it cannot be read, UserError `undo.not_kept` and `undo.no_room` as `put_bytes`.
        """
        head = _read(file, min(length, SMALL))
        if len(head) < SMALL:
            return self.put_bytes(head), len(head)
        digest, count, temporary = hashlib.sha256(), 0, None
        try:
            with self._told(), self._incoming() as (temporary, target):

                def counted() -> Iterator[bytes]:
                    nonlocal count
                    os.lseek(file, 0, os.SEEK_SET)
                    for data in read_pieces(file, length):
                        if count % (64 * CHUNK) == 0:
                            self._spare(min(length - count, 64 * CHUNK))
                        count += len(data)
                        digest.update(data)
                        yield data

                target.write(_PLAIN)
                write_pieces(target.file, counted())
            self._place(temporary, digest.hexdigest())
        finally:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
        return digest.hexdigest(), count

    def put_bytes(self, data: bytes, *, spare: bool = True) -> str:
        """Store `data`; returns its hash.

        Raises UserError `undo.not_kept`, and `undo.no_room` when `spare` and the disk is nearly full.
        """
        name = hashlib.sha256(data).hexdigest()
        if self.renewed(name):
            return name
        packed = zlib.compress(data, 1)
        body = _ZLIB + packed if len(packed) < len(data) else _PLAIN + data
        with self._told():
            if spare:
                self._spare(len(body))
            with self._incoming() as (temporary, target):
                target.write(body)
            self._place(temporary, name)
        return name

    def take(self, folder: Folder, name: str) -> str:
        """Move the file `name` of `folder` here; returns the name under which its content is kept.

        Raises OSError when it cannot be moved: it lies on another file system.
        """
        kept = MOVED + secrets.token_hex(16)
        path = self._path(kept)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with Folder.root(path.parent) as here:
            folder.move(name, here, path.name)
        os.utime(path)  # it is collected by the time since when it has lain here
        return kept

    def has(self, name: str) -> bool:
        return (len(name) == 64 or name.startswith(MOVED)) and self._path(name).is_file()

    def names(self) -> set[str]:
        """The hashes of all contents: where many are asked for, quicker than `has`."""
        found: set[str] = set()
        with contextlib.suppress(OSError), os.scandir(self._folder / "objects") as folders:
            for folder in folders:
                with contextlib.suppress(OSError):
                    found.update(self._names_in(folder))
        return found

    def _names_in(self, folder: os.DirEntry[str]) -> frozenset[str]:
        """The hashes in a folder of contents, listed anew when it has changed since, or only just before."""
        changed = folder.stat().st_mtime_ns
        known = self._listings.get(folder.name)
        if known is not None and known[0] == changed:
            return known[1]
        now = time.time_ns()
        with os.scandir(folder.path) as files:
            names = frozenset(folder.name + file.name for file in files)
        if changed < now - _YOUNG:
            self._listings[folder.name] = changed, names
        return names

    def read(self, name: str) -> bytes:
        """A content, whole. Raises UserError `undo.lost` when it is missing or damaged."""
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """A content in chunks. Raises UserError `undo.lost`, after the last chunk when it is damaged."""
        digest = hashlib.sha256()
        try:
            with self._path(name).open("rb", buffering=0) as file:
                if name.startswith(MOVED):
                    yield from read_pieces(file.fileno(), os.fstat(file.fileno()).st_size)
                    return
                if file.read(1) == _ZLIB:
                    data = zlib.decompress(file.read())
                    digest.update(data)
                    yield data
                else:
                    for data in read_pieces(file.fileno(), os.fstat(file.fileno()).st_size):
                        digest.update(data)
                        yield data
        except (OSError, zlib.error) as error:
            raise UserError("undo.lost", hash=name[:12]) from error
        if digest.hexdigest() != name:
            raise UserError("undo.lost", hash=name[:12])

    def flush(self) -> None:
        """Make everything stored so far durable against a loss of power."""
        waiting, self._unsynced = self._unsynced, []
        if len(waiting) > _MANY and hasattr(os, "sync"):
            os.sync()
            return
        for path in waiting:
            _sync(path)
        if sys.platform != "win32":
            for folder in {path.parent for path in waiting}:
                _sync(folder)

    def collect(self, keep: set[str], before: float | None = None) -> int:
        """Remove what is not in `keep` and was stored before `before`; returns the bytes freed.

        `before` is in seconds since 1970; usually an hour ago, so that what a run stores just now stays.
        """
        limit = time.time() - 3600 if before is None else before
        freed = 0
        for path in self._folder.glob("objects/??/*"):
            with contextlib.suppress(OSError):
                found = path.stat()
                if path.parent.name + path.name not in keep and found.st_mtime < limit:
                    path.unlink()
                    freed += found.st_size
        for path in self._folder.glob("moved/*"):
            with contextlib.suppress(OSError):
                found = path.stat()
                if MOVED + path.name not in keep and found.st_mtime < limit:
                    path.unlink()
                    freed += getattr(found, "st_blocks", 0) * 512
        for path in self._folder.glob("incoming/*"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < limit:
                    path.unlink()
        return freed

    def _path(self, name: str) -> Path:
        if name.startswith(MOVED):
            return self._folder / "moved" / name.removeprefix(MOVED)
        return self._folder / "objects" / name[:2] / name[2:]

    def renewed(self, name: str) -> bool:
        """Whether it is stored already; if so its time is renewed."""
        try:
            os.utime(self._path(name))
        except OSError:
            return False
        return True

    @contextlib.contextmanager
    def _incoming(self) -> Iterator[tuple[Path, tempfile._TemporaryFileWrapper[bytes]]]:
        folder = self._folder / "incoming"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as target:
            yield Path(target.name), target

    def _place(self, temporary: Path, name: str) -> None:
        if self.renewed(name):
            temporary.unlink(missing_ok=True)
            return
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.replace(path)
        self._unsynced.append(path)

    def _spare(self, needed: int) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        free = shutil.disk_usage(self._folder).free
        if free < needed + SPARE:
            raise UserError("undo.no_room", folder=str(self._folder), free_bytes=free)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of our own disk, not of the source file, as a UserError that a person can act on."""
        try:
            yield
        except OSError as error:
            raise UserError("undo.not_kept", folder=str(self._folder), detail=str(error.strerror)) from error


def _read(file: int, count: int) -> bytes:
    """Up to `count` bytes; fewer only at the end."""
    pieces: list[bytes] = []
    while count > 0 and (data := os.read(file, count)):
        pieces.append(data)
        count -= len(data)
    return b"".join(pieces)


def _sync(path: Path) -> None:
    # A file that was collected meanwhile needs no sync.
    with contextlib.suppress(FileNotFoundError):
        writable = sys.platform == "win32"
        handle = os.open(path, os.O_RDWR if writable else os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
