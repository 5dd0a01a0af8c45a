"""What is known of updates, and what is remembered of them in the data folder."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from app.services.events import ServiceEvent
from app.services.settings.file_lock import locked
from app.services.updates.manifest import ReleaseFile, Seen
from engine.durable_files import write_whole
from engine.errors import ErrorInfo

PATIENCE_S = 10.0


class Release(msgspec.Struct, frozen=True):
    """A newer version. `address` is the folder that it comes from, `file` what fits this installation, if any."""

    version: str
    channel: str
    notes: dict[str, str]
    address: str
    file: ReleaseFile | None = None

    @property
    def link(self) -> str:
        """The address of its file, else of its folder."""
        return self.address if self.file is None else f"{self.address}/{self.file.name}"


class Kept(msgspec.Struct, frozen=True):
    """`seen` is by channel. `looked` is when a look last ended well and `later` until when a person wants to hear
    nothing, in seconds since 1970. `skipped` and `failed` are versions: one that a person does not want, one that did
    not start."""

    seen: dict[str, Seen] = {}
    release: Release | None = None
    looked: float = 0.0
    later: float = 0.0
    skipped: str = ""
    failed: str = ""


class KeptFile:
    """The file of a `Kept`; what cannot be read counts as nothing. For any thread and process."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Kept:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Kept)
        except (OSError, msgspec.MsgspecError, RecursionError):
            return Kept()

    def change(self, changed: Callable[[Kept], Kept]) -> Kept:
        """Change what is remembered; where that cannot be written, it is forgotten with the process."""
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(TimeoutError):
                stack.enter_context(locked(self._path.with_suffix(".lock"), PATIENCE_S))
            kept = changed(self.read())
            with contextlib.suppress(OSError):
                write_whole(self._path, msgspec.json.encode(kept))
        return kept


class UpdateState(msgspec.Struct, frozen=True):
    """`phase`: nothing newer is known; a newer version is there; it is being fetched, `received` of its bytes so far;
    being tried before it is put in place; in place for the next start. `quiet`: a person has put it off or skipped
    it. `replaces`: this installation can replace itself. `fallen` is a version that did not start, so that this one
    is back. `error` is why the last try failed."""

    phase: Literal["none", "found", "fetching", "trying", "ready"] = "none"
    release: Release | None = None
    received: int = 0
    quiet: bool = False
    replaces: bool = False
    fallen: str = ""
    looked: float = 0.0
    error: ErrorInfo | None = None


class UpdateChanged(ServiceEvent, frozen=True):
    """The state of updates after a change."""

    state: UpdateState
