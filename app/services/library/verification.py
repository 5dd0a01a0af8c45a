"""Verifies a model's bytes, and repairs wrong ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.services.library.events import VerifyProgress
from app.services.library.fetching import Fetching
from app.store.records import LibraryFile, LibraryModel
from engine.errors import UserError

if TYPE_CHECKING:
    from engine.hub.transfer import KeptFile, Progress, StopToken, Verification

INTERVAL = 0.25


def verified(
    model: LibraryModel, parts: Path, tell: Callable[[VerifyProgress], None], stop: StopToken
) -> Verification:
    """Wrong parts of the model's files.

    Raises UserError `library.stopped`, `download.*` for unreadable files.
    """
    from engine.hub.transfer import KeptFile

    files = [KeptFile(Path(file.path), file.bytes, file.sha256) for file in model.files]
    return _compared(files, parts, _Report(model.id, tell), stop)


def repaired(
    model: LibraryModel,
    found: Verification,
    parts: Path,
    fetching: Fetching,
    tell: Callable[[VerifyProgress], None],
    stop: StopToken,
) -> Verification:
    """Download what was `found` wrong and compare again; returns what is still wrong, and what was repaired.

    Raises UserError `library.stopped`, and as a download does.
    """
    from engine.hub.transfer import Stopped

    report = _Report(model.id, tell)
    try:
        fetching.repair(model, found.bad, report.fetched, stop)
    except Stopped as error:
        raise UserError("library.stopped") from error
    wrong = {part.path for part in found.bad}
    again = _compared([file for file in found.files if file.path in wrong], parts, report, stop)
    mended = tuple(part for part in found.bad if part not in again.bad)
    return msgspec.structs.replace(found, bad=again.bad, repaired=mended)


def _compared(files: Sequence[KeptFile], parts: Path, report: _Report, stop: StopToken) -> Verification:
    from engine.hub.transfer import Stopped, verify

    try:
        return verify(files, parts, progress=report.read, stop=stop)
    except Stopped as error:
        raise UserError("library.stopped") from error


def with_hashes(model: LibraryModel, found: Verification) -> tuple[LibraryFile, ...]:
    """The model's files at their current paths, with computed hashes where there were none. One that came to it since
    has none yet."""
    hashes = [kept.sha256 for kept in found.files[: len(model.files)]]
    hashes += [""] * (len(model.files) - len(hashes))
    return tuple(
        msgspec.structs.replace(file, sha256=file.sha256 or sha256)
        for file, sha256 in zip(model.files, hashes, strict=True)
    )


class _Report:
    """Reports progress a few times a second, and its end."""

    def __init__(self, model: str, tell: Callable[[VerifyProgress], None]) -> None:
        self._model = model
        self._tell = tell
        self._last = 0.0

    def read(self, done: int, total: int) -> None:
        self._report(done, total, repairing=False)

    def fetched(self, progress: Progress) -> None:
        self._report(progress.received, progress.total, repairing=True)

    def _report(self, done: int, total: int, *, repairing: bool) -> None:
        now = time.monotonic()
        if done == total or now - self._last >= INTERVAL:
            self._last = now
            self._tell(VerifyProgress(self._model, done, total, repairing))
