"""Models that a process died with while their weights were laid out anew for the processor, or multiplied by products
of our own, remembered as files.

One file a model: several processes may learn of several models at the same time.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from engine.durable_files import write_whole
from engine.errors import UserError
from engine.placement.plan import PlacementOptions

Answer = TypeVar("Answer")

# Ends of a process that native code may have caused: an abort, a signal. Not the kernel's, for memory.
DEATHS = ("engine.aborted", "engine.crashed")
_PREFIX = "unrepacked-"


class Failed(msgspec.Struct, frozen=True):
    """A file as it was, and the build that died with it (`native.build_key`)."""

    path: str
    bytes: int
    changed_ns: int
    build: tuple[str, ...]


def has_failed(folder: str, path: Path, build: Sequence[str]) -> bool:
    """Whether this build died with this very file before. `folder` as `LoadRequest.calibrations`."""
    kept = _read(_file(folder, path)) if folder else None
    return kept is not None and kept == _failed(path, build)


def note_failure(folder: str, path: Path, build: Sequence[str]) -> None:
    """Remember it, until the file or the build is another."""
    if folder and (failed := _failed(path, build)):
        with contextlib.suppress(OSError):  # the next load finds it out again
            write_whole(_file(folder, path), msgspec.json.encode(failed), synced=False)


def failed_models(folder: Path, build: Sequence[str]) -> tuple[str, ...]:
    """The paths of all models for which it is remembered and still holds."""
    kept = (_read(path) for path in sorted(folder.glob(f"{_PREFIX}*.json")))
    return tuple(each.path for each in kept if each and each == _failed(Path(each.path), build))


def unrepacked_if_it_dies(
    ask: Callable[[PlacementOptions, bool], Answer], options: PlacementOptions
) -> Answer:
    """What `ask` answers, which asks a process with these options; where that dies, with options that leave weights
    as they are, and ggml's own products. The second argument says that it died before. Raises what `ask` raises."""
    try:
        return ask(options, False)
    except UserError as error:
        if error.code not in DEATHS or "plain_products" in options.fallbacks:
            raise
    return ask(options.plainly_computed(), True)


def _failed(path: Path, build: Sequence[str]) -> Failed | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return Failed(str(path.resolve()), found.st_size, found.st_mtime_ns, tuple(build))


def _read(path: Path) -> Failed | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Failed)
    except (OSError, msgspec.DecodeError):
        return None


def _file(folder: str, path: Path) -> Path:
    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    return Path(folder) / f"{_PREFIX}{name}.json"
