"""Runs one download: from its turn in the queue to the library, or to an error."""

from __future__ import annotations

import contextlib
import logging
import time
from typing import TYPE_CHECKING, Any

import msgspec

from app.services.events import EventBus
from app.services.hub.events import DownloadChanged, DownloadProgress
from app.services.library.entry import downloaded
from app.services.library.fetching import Fetched, Fetching
from app.services.library.library import Library
from app.store.records import Download, DownloadState, LibraryModel
from app.store.store import Store
from engine.errors import ErrorInfo, UserError

if TYPE_CHECKING:
    from engine.hub.transfer import Progress, StopToken

log = logging.getLogger(__name__)
TOLD_EVERY = 0.25
KEPT_EVERY = 2.0
RUNNING: tuple[DownloadState, ...] = ("running", "verifying")
UNDER_WAY: tuple[DownloadState, ...] = ("queued", *RUNNING)
# Errors whose cause is external and has to change before a retry makes sense.
PAUSING = ("download.no_room", "download.gone", "library.folder_gone", "hub.offline")


class DownloadRun:
    """Runs downloads of this process, each on the thread that calls it."""

    def __init__(self, store: Store, library: Library, fetching: Fetching, events: EventBus) -> None:
        self._store = store
        self._library = library
        self._fetching = fetching
        self._events = events
        # Downloads stopped because the process ends: they resume at the next start.
        self.closing = False
        self._received: dict[int, int] = {}
        self._unkept: dict[int, dict[str, Any]] = {}
        # Offline: stopped downloads wait until the hub may be used again.
        self.offline = False
        # Those whose start the store refused, which are asked for again.
        self.refused: set[int] = set()
        # Downloads that are held for a while: they resume by themselves.
        self.holding = False

    def __call__(self, id: int, stop: StopToken) -> None:
        """Download and add to the library.

        Expected errors end in the download's state, not in an exception.
        """
        from engine.hub.transfer import Stopped

        try:
            download = self._change(id, ("queued",), state="running", error=None, rate=0.0)
        except UserError as error:  # it goes on waiting
            log.warning("A download could not be started: %s", error.code)
            self.refused.add(id)
            return
        if download is None:  # paused or cancelled in the meantime
            return
        try:
            self._fetch(download, stop)
        except Stopped as stopped:
            self._stopped(download, stopped.cancelled)
        except UserError as error:
            self._failed(download, error.info)
        except Exception as error:
            log.error("A download failed", exc_info=error)
            self._failed(download, ErrorInfo("unknown", {"detail": f"{type(error).__name__}: {error}"[:300]}))

    def retry(self) -> None:
        """Retry saving what the store refused. Raises UserError `store.*` if it still does."""
        for id, fields in tuple(self._unkept.items()):
            self._store.downloads.change(id, **fields)
            self._unkept.pop(id, None)  # another thread may have been faster

    def _fetch(self, download: Download, stop: StopToken) -> None:
        folder = self._library.ready_folder()
        report = _Report(self, download)
        try:
            fetched = self._fetching.fetch(download, folder, report.take, stop)
        except UserError as error:
            if error.code != "download.in_the_way" or not self._is_replaced(download):
                raise
            fetched = self._fetching.fetch(download, folder, report.take, stop, replace=True)
        self._publish(download, fetched)

    def _publish(self, download: Download, fetched: Fetched) -> None:
        """Add the model: its files are in place. A crash from here on is repaired at the next start."""
        entry = downloaded(download, fetched.files, time.time())
        done = self._library.publish(download, entry)
        notices = (*_of_projector(entry), *fetched.notices)
        if notices:
            done = self._store.downloads.change(download.id, error=notices[0]) or done
        log.info("Download %d: done, %d bytes", download.id, entry.bytes)
        self._events.publish(DownloadChanged(done))

    def _is_replaced(self, download: Download) -> bool:
        """Whether the existing files are those of this model itself, damaged."""
        model = self._store.models.find(download.model)
        return model is not None and model.managed and model.trashed is None

    def _stopped(self, download: Download, cancelled: bool) -> None:
        if cancelled:
            self._end(download, state="cancelled", writer="", received=0, rate=0.0)
        elif self.closing or self.holding:  # it resumes at the next start, or when released
            self._end(download, state="queued", rate=0.0)
        elif self.offline:
            self._end(download, state="paused", writer="", rate=0.0, error=ErrorInfo("hub.offline"))
        else:
            self._end(download, state="paused", writer="", rate=0.0)

    def _failed(self, download: Download, error: ErrorInfo) -> None:
        state: DownloadState = "paused" if error.code in PAUSING else "failed"
        self._end(download, state=state, writer="", rate=0.0, error=error)

    def _end(self, download: Download, **fields: Any) -> None:
        """Record the end; if the store refuses, publish it and save it later."""
        received = self._received.pop(download.id, None)
        if received is not None:
            fields.setdefault("received", received)
        try:
            ended = self._change(download.id, UNDER_WAY, **fields)
        except UserError as error:
            log.error("The end of a download could not be kept", exc_info=error)
            self._unkept[download.id] = fields
            ended = msgspec.structs.replace(download, **fields)
            self._events.publish(DownloadChanged(ended))

    def _change(self, id: int, states: tuple[DownloadState, ...], **fields: Any) -> Download | None:
        """Change and publish a download that is in one of the states and belongs to this process."""
        changed = self._store.downloads.change(id, states, (self._store.downloads.writer,), **fields)
        if changed is not None:
            log.info(
                "Download %d: %s%s", id, changed.state, f", {changed.error.code}" if changed.error else ""
            )
            self._events.publish(DownloadChanged(changed))
        return changed

    def note(self, download: Download, received: int) -> None:
        """Remember the progress, to be saved at the end."""
        self._received[download.id] = received

    def take_progress(self, download: Download, progress: Progress, keep: bool) -> None:
        """From the transfer's thread, a few times a second: publish progress; `keep` saves it for other
        processes less often.
        """
        checking = progress.received == progress.total
        done = progress.hashed if checking else progress.received
        left = progress.total - done
        seconds = left / progress.rate if progress.rate > 0 else (0.0 if not left else -1.0)
        self._events.publish(DownloadProgress(download.id, done, progress.total, progress.rate, seconds))
        if keep:
            with contextlib.suppress(UserError):  # the next report will do
                self._store.downloads.change(
                    download.id, RUNNING, received=progress.received, rate=progress.rate
                )

    def take_state(self, download: Download, verifying: bool, trouble: ErrorInfo | None) -> None:
        """Publish that it downloads or verifies; `trouble` is the error that a retry waits out."""
        with contextlib.suppress(UserError):
            self._change(download.id, RUNNING, state="verifying" if verifying else "running", error=trouble)


def _of_projector(model: LibraryModel) -> list[ErrorInfo]:
    """Why what came as its projector is none of this model's."""
    from engine.hub.quantizations import is_projector

    return [
        ErrorInfo("projector.other_model", {"path": file.path, "model": model.name})
        for file in model.weights
        if is_projector(file.origin_path)
    ]


class _Report:
    """Forwards the transfer's reports: each change of state, and progress four times a second at most."""

    def __init__(self, run: DownloadRun, download: Download) -> None:
        self._run = run
        self._download = download
        self._state: tuple[bool, ErrorInfo | None] = (False, None)
        self._told = 0.0
        self._kept = time.monotonic()

    def take(self, progress: Progress) -> None:
        state = (0 < progress.total == progress.received, progress.trouble)
        now = time.monotonic()
        self._run.note(self._download, progress.received)
        if state != self._state:
            self._state = state
            self._run.take_state(self._download, *state)
        if now - self._told >= TOLD_EVERY:
            keep = now - self._kept >= KEPT_EVERY
            self._told, self._kept = now, now if keep else self._kept
            self._run.take_progress(self._download, progress, keep)
