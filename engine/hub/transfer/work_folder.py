"""Work folder of one download: its layout and lock."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from engine.errors import UserError
from engine.hub.transfer import disk
from engine.hub.transfer.values import Wanted

_LOCK = "lock"


class WorkFolder:
    """`path` while it is locked."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def data(self, number: int) -> Path:
        """The path of a file's incomplete data."""
        return self.path / f"{number}.part"

    def whole(self, wanted: Sequence[Wanted], number: int) -> Path:
        """Where a file lies that is right, under its own name and beside those that it will lie beside: the parts
        of a split model find each other by that."""
        folders = list(dict.fromkeys(one.destination.parent for one in wanted))
        destination = wanted[number].destination
        return self.path / "whole" / str(folders.index(destination.parent)) / destination.name

    def clear(self) -> None:
        """Remove everything but the lock, which goes with the folder. Raises OSError."""
        for entry in list(self.path.iterdir()):
            if entry.name == _LOCK:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()


@contextmanager
def locked(path: Path) -> Iterator[WorkFolder]:
    """The folder for this process alone, made where it is not there. It goes when it ends up empty.

    Raises UserError `download.elsewhere` when another process has it, `download.cannot_write`.
    """
    lock = FileLock(path / _LOCK, timeout=0, thread_local=False)
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        if not (path / _LOCK).exists():
            # Who had it took it away while it was being opened.
            lock.release()
            raise UserError("download.elsewhere")
    except Timeout:
        raise UserError("download.elsewhere") from None
    except OSError as error:
        raise disk.disk_error(error, path, 0) from error
    try:
        yield WorkFolder(path)
    finally:
        _leave(path, lock)


def _leave(path: Path, lock: FileLock) -> None:
    """Unlock, and remove a folder in which nothing but the lock is left."""
    try:
        empty = [entry.name for entry in path.iterdir()] == [_LOCK]
    except OSError:
        empty = False
    with suppress(OSError):
        if empty and os.name == "posix":
            # While it is held: who opened it before finds out that it is gone.
            (path / _LOCK).unlink(missing_ok=True)
    lock.release()
    with suppress(OSError):
        if empty:
            (path / _LOCK).unlink(missing_ok=True)
            path.rmdir()
