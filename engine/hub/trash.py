"""Trash of the library: a folder on the same file system, so that moving in or out is a rename.

A file that was at `<library>/OWNER/REPO/x.gguf` lies in the trash at `<library>/.trash/<key>/OWNER/REPO/x.gguf`. Each
place follows from the other, so a move that a crash cut off between renaming and noting it can be finished.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

TRASH = ".trash"
INCOMING = ".incoming"


def trash_place(path: Path, library: Path, id: str) -> Path:
    """The trash path of a file of the model `id`. One outside the library goes to a trash beside it."""
    root = library if path.is_relative_to(library) else path.parent
    key = hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return root / TRASH / key / path.relative_to(root)


def original_place(path: Path) -> Path | None:
    """The original path of a file in a trash; None outside of one."""
    for folder in path.parents:
        if folder.parent.name == TRASH:
            return folder.parent.parent / path.relative_to(folder)
    return None


def trash_root(path: Path) -> Path:
    """The folder whose trash a file lies in; its own folder for one that is in none."""
    return next((folder.parent.parent for folder in path.parents if folder.parent.name == TRASH), path.parent)


def counterpart(path: Path, library: Path, id: str) -> Path:
    """The other one of a file's two paths, for the model `id`."""
    return original_place(path) or trash_place(path, library, id)


def is_there(path: Path) -> bool:
    """Whether something is at this path that can be looked at. Never raises, unlike `Path.exists` for folders that
    may not be entered."""
    try:
        path.stat()
    except (OSError, ValueError):
        return False
    return True


def move_file(source: Path, target: Path) -> None:
    """Rename, making the folder of the target. A source that is at its target already is well.

    Raises FileExistsError when the target is another file, and OSError.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(target):
        if not os.path.lexists(source):
            return
        raise FileExistsError(f"{target} is there already")
    source.rename(target)


def prune(folders: Iterable[Path], top: Path) -> None:
    """Remove those of the folders, and of the folders they lie in below `top`, that are empty."""
    for folder in folders:
        while folder != top and folder.is_relative_to(top):
            try:
                folder.rmdir()
            except FileNotFoundError:
                pass  # the folders it would lie in may be there
            except OSError:
                break
            folder = folder.parent


def files_below(folder: Path) -> Iterator[tuple[Path, int]]:
    """Every file in a folder and the folders in it, with the bytes that it takes on the disk: parts of a download
    have their full length from the start. What cannot be read is left out."""
    for current, _, names in os.walk(folder):
        for name in names:
            path = Path(current, name)
            with contextlib.suppress(OSError):
                status = path.lstat()
                blocks = getattr(status, "st_blocks", None)
                yield path, status.st_size if blocks is None else min(status.st_size, blocks * 512)


def remove_files(folder: Path) -> int:
    """Delete a folder with all that is in it; how many bytes of files went. What cannot be deleted stays.

    Links are deleted and not followed.
    """
    freed = 0
    for path, size in list(files_below(folder)):
        with contextlib.suppress(OSError):
            path.unlink()
            freed += size
    for current, _, _ in os.walk(folder, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(current)  # noqa: PTH106
    return freed
