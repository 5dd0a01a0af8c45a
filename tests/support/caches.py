"""What tests make or fetch once and keep: a folder of the user, outside the repository."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs
from filelock import FileLock


def cache_folder(name: str) -> Path:
    """A folder that outlives the test run, created when missing."""
    folder = Path(platformdirs.user_cache_dir("coterie-tests", appauthor=False)) / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def one_maker(folder: Path) -> Iterator[None]:
    """Other processes that want the same thing wait here until it is made, and find it then."""
    with FileLock(folder / ".lock"):
        yield
