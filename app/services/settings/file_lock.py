"""File lock between processes."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def locked(path: Path, patience: float) -> Iterator[None]:
    """Context manager: inside, no other process holds the lock of the file `path`, which is created if
    missing.

    Raises TimeoutError when one has had it for `patience` seconds. On a file system without locks nobody is
    excluded.
    """
    from filelock import FileLock, Timeout  # not needed at every start

    lock = FileLock(path)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire(timeout=patience)
    except Timeout as error:
        raise TimeoutError(errno.EBUSY, os.strerror(errno.EBUSY)) from error
    except (OSError, NotImplementedError):
        yield
        return
    try:
        yield
    finally:
        lock.release()
