"""Models found by a scan, and how their files are grouped."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from engine.text import clean_text

Source = Literal["file", "hf_cache", "lm_studio", "ollama"]
PART = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.IGNORECASE)
SHA256 = re.compile(r"[0-9a-f]{64}")
# Files in the same format that belong to a model and are none: image projectors and importance matrices.
_COMPANION = re.compile(r"(^|[-_.])(mmproj|imatrix)([-_.]|$)", re.IGNORECASE)


class FoundFile(msgspec.Struct, frozen=True):
    """One file. `sha256` is its store's claim, unchecked, "" without one. `origin_path` is its path in its
    repository."""

    path: Path
    bytes: int
    sha256: str = ""
    origin_path: str = ""


class FoundModel(msgspec.Struct, frozen=True):
    """A model with all its parts in order. `repo` is "OWNER/REPO" on the hub and `commit` its revision, ""
    if unknown. `projector` is the file by which its store says that it sees."""

    name: str
    files: tuple[FoundFile, ...]
    source: Source
    repo: str = ""
    commit: str = ""
    projector: FoundFile | None = None


def gguf_file(path: Path, sha256: str = "", origin_path: str = "") -> FoundFile | None:
    """The file at `path` if it starts as a GGUF does, and its name is text. Never raises."""
    if clean_text(str(path)) != str(path):
        return None
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
            return None
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                return None
    except (OSError, ValueError):
        return None
    return FoundFile(path, status.st_size, sha256, origin_path)


def whole_models(files: Iterable[FoundFile]) -> list[tuple[FoundFile, ...]]:
    """The files of each model, the parts of a split one together and in order. A split model that lacks a part is
    left out, and so are companions."""
    models: list[tuple[FoundFile, ...]] = []
    parts: dict[tuple[Path, str, int], dict[int, FoundFile]] = {}
    for file in files:
        name = file.path.name
        if _COMPANION.search(name):
            continue
        match = PART.fullmatch(name)
        if match is None or not int(match["count"]) > 1:
            models.append((file,))
        else:
            key = (file.path.parent, match["stem"], int(match["count"]))
            parts.setdefault(key, {})[int(match["number"])] = file
    for (_, _, count), found in parts.items():
        if sorted(found) == list(range(1, count + 1)):
            models.append(tuple(found[number] for number in range(1, count + 1)))
    return sorted(models, key=lambda files: str(files[0].path))


def plain_name(files: Sequence[FoundFile]) -> str:
    """The name of a model's file without its ending and the number of the part."""
    name = files[0].path.name
    match = PART.fullmatch(name)
    return match["stem"] if match else name.removesuffix(".gguf").removesuffix(".GGUF") or name
