"""What tests make or fetch once and keep: a folder of the user, outside the repository."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs
from filelock import FileLock


def cache_folder(name: str) -> Path:
    """A folder that outlives the test run, created when missing."""
    folder = Path(platformdirs.user_cache_dir("coterie-tests", appauthor=False)) / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def made_once(path: Path, write: Callable[[Path], object]) -> Path:
    """The file at `path`, written on first use; other processes that want it wait here until it is whole."""
    with one_maker(path):
        if not path.exists():
            partial = path.with_suffix(f".{os.getpid()}.partial")
            try:
                write(partial)
                partial.replace(path)
            finally:
                partial.unlink(missing_ok=True)
    return path


@contextmanager
def one_maker(path: Path) -> Iterator[None]:
    """Other processes that want the same thing wait here until it is made, and find it then."""
    with FileLock(path.with_name(f".{path.name}.lock")):
        yield
