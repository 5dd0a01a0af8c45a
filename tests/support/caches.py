"""What tests make or fetch once and keep: a folder of the user, outside the repository."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs


def cache_folder(name: str) -> Path:
    """A folder that outlives the test run, created when missing."""
    folder = Path(platformdirs.user_cache_dir("coterie-tests", appauthor=False)) / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def one_maker(folder: Path) -> Iterator[None]:
    """Other processes that want the same thing wait here until it is made, and find it then."""
    lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
