"""Models in a folder and the folders in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from engine.hub.scan.found import FoundModel, gguf_file, plain_name, whole_models

# Enough for any collection of models; a whole disk is looked at in part.
_MAX_DEPTH = 12
_MAX_FOLDERS = 50_000


def models_in(folder: Path) -> list[FoundModel]:
    """The models in a folder, by path. Folders whose name begins with a dot are left out. Never raises."""
    found = [file for path in gguf_paths(folder) if (file := gguf_file(path))]
    return [FoundModel(plain_name(files), files, "file") for files in whole_models(found)]


def gguf_paths(folder: Path) -> Iterator[Path]:
    """All files that are called .gguf, in a folder and in those within, links followed; each folder once."""
    seen: set[tuple[int, int]] = set()
    waiting = [(folder, 0)]
    while waiting and len(seen) < _MAX_FOLDERS:
        current, depth = waiting.pop()
        try:
            status = current.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(current) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if _is_folder(entry):
                if depth < _MAX_DEPTH and not entry.name.startswith("."):
                    waiting.append((Path(entry.path), depth + 1))
            elif entry.name.lower().endswith(".gguf"):
                yield Path(entry.path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
