"""What set-up builds is kept in a per-user folder under the name of its build, for other clones. It comes whole to
its place, or not at all."""

from __future__ import annotations

import fcntl
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# Lies beside a built library and names the build; the engine reads it too.
NOTE = "build.json"


@contextmanager
def locked(cache: Path) -> Iterator[None]:
    """One build at a time: a second clone waits for what the first one builds instead of making its own."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def kept_whole(kept: Path, product: str) -> Iterator[Path]:
    """A folder to build in, whose folder `product` comes to its place `kept` in one move; with the lock held."""
    for leftover in kept.parent.glob(".build-*"):  # of a build that was killed: nobody else holds the lock
        shutil.rmtree(leftover)
    scratch = Path(tempfile.mkdtemp(prefix=".build-", dir=kept.parent))
    try:
        yield scratch
        shutil.rmtree(kept, ignore_errors=True)
        (scratch / product).rename(kept)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def is_build(folder: Path, name: str, library: str) -> bool:
    """Whether a folder holds the build of this name, its file `library` included."""
    try:
        note = json.loads((folder / NOTE).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(note, dict) and note.get("build") == name and (folder / library).is_file()


def put(folder: Path, fill: Callable[[Path], object]) -> None:
    """Fill a folder beside `folder` and move it there: what lies there is always whole, or for a moment nothing. A
    process that has the old one's library loaded keeps it. Raises OSError."""
    staged, old = folder.with_name(f"{folder.name}.new"), folder.with_name(f"{folder.name}.old")
    for leftover in (staged, old):
        shutil.rmtree(leftover, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fill(staged)
    if folder.exists():
        folder.rename(old)
    staged.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
