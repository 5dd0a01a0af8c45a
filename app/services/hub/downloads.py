"""Downloads: the queue, shared by the processes of a data folder.

Methods block on the disk, `add_named` on the hub too: call them off the GUI thread. Changes are published
from service threads. The window and commands share the list; each download belongs to one process.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from app.services.events import EventBus
from app.services.hub.download_rows import NOT_ENDED, DownloadRows
from app.services.hub.download_run import UNDER_WAY, DownloadRun
from app.services.hub.download_watch import DownloadWatch
from app.services.hub.events import DownloadChanged
from app.services.library.fetching import Fetching
from app.services.library.library import Library
from app.services.library.names import hub_id
from app.services.settings.settings import SettingsChanged, SettingsFile
from app.store.records import Download, DownloadFile, LibraryModel
from app.store.store import Store
from engine.errors import UserError
from engine.hub.queue import Queue, reordered
from engine.hub.values import Repository, Variant

if TYPE_CHECKING:
    from engine.hub.transfer import StopToken

# Seconds to wait for a download to stop: a transfer notices within moments, whatever the network does.
PATIENCE = 30.0
POLL = 0.25
SPARE = 0.05
ReadRepository = Callable[[str], Repository]
WithProjector = Callable[[Repository, Variant], Variant]


class Downloads:
    """Downloads of the data folder, and the threads that run those of this process."""

    def __init__(
        self,
        store: Store,
        settings: SettingsFile,
        library: Library,
        fetching: Fetching,
        repository: ReadRepository,
        events: EventBus,
        with_projector: WithProjector = lambda _, variant: variant,
    ) -> None:
        self._store = store
        self._settings = settings
        self._library = library
        self._fetching = fetching
        self._repository, self._with_projector = repository, with_projector
        self._events = events
        self._rows = DownloadRows(store.downloads)
        self._run = DownloadRun(store, library, fetching, events)
        self._queue = Queue(self._waiting, self._run, self._at_once)
        self._watch = DownloadWatch(self._rows.others, self._tick, events, library.changed)
        self._told = threading.Condition()
        self._shown_at_once = settings.current.downloads_at_once
        self._run.offline = settings.current.offline
        self._was_offline = True  # in an earlier session
        self._unsubscribe = (
            events.subscribe(SettingsChanged, self._settings_changed),
            events.subscribe(DownloadChanged, self._download_changed),
        )
        library.attach(self.held, fetching)

    def recover(self) -> tuple[Download, ...]:
        """For the window: queue and resume downloads of dead processes; returns them.

        What ended in earlier sessions is taken off the list. From now on what other processes do is told,
        too.

        A command leaves all that alone: what a dead process left is shown to it as paused.
        """
        for download in self._store.downloads.all():
            if download.state in ("done", "cancelled"):
                self._store.downloads.remove(download.id)
        taken = self._store.downloads.recover("queued", self._store.downloads.writer)
        self._queue.ask(*(download.id for download in taken))
        self._watch.start()
        self._events.publish(*(DownloadChanged(download) for download in taken))
        return tuple(taken)

    def close(self) -> None:
        """Stop running downloads and keep their data; the window resumes them at its next start."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._watch.close()
        self._run.closing = True
        self._queue.close()

    # --- adding ---

    def add(self, repository: Repository, variant: Variant) -> Download:
        """Fetch a variant and its projector into the library: at once when fewer than `downloads_at_once` run, else
        in its turn.

        One that failed or was paused before goes on, and of a model that is here without its projector only that is
        fetched. Raises UserError `download.already` (it is in the library, or on its way here),
        `download.elsewhere`, `download.in_trash`, `download.no_room`, `library.folder_gone`, `library.not_writable`.
        """
        repo, name = repository.model.repo, variant.name
        id = hub_id(repo, name)
        known = self._library.check_new(id)
        lacking = known is not None and _lacks_projector(known, variant)
        if known is not None and not lacking:
            raise UserError("download.in_trash" if known.trashed is not None else "download.already", name=id)
        files = tuple(DownloadFile(file.path, file.bytes, file.sha256) for file in variant.all_files)
        new = Download(
            id=0,
            model=id,
            repo=repo,
            commit=repository.commit,
            variant=name,
            files=files,
            state="queued",
            position=0.0,
            created=time.time(),
            received=known.bytes if known is not None else 0,
            writer=self._store.downloads.writer,
        )
        before = next((entry for entry in self.all() if entry.model == id), None)
        if before is not None and before.state in UNDER_WAY:
            raise UserError(
                "download.already" if self._rows.is_here(before) else "download.elsewhere", name=id
            )
        begun = before if before is not None and before.state in ("paused", "failed") else None
        self._check_room(begun or new)
        if begun is not None:
            if begun.files == files:
                return self._go_on(begun.id)
            self._fetching.discard(begun, self._library.folder)  # the hub has other files by now
            self._store.downloads.remove(begun.id)
        added = self._store.downloads.add(new)
        if (added.writer, added.created) != (new.writer, new.created):
            raise UserError("download.elsewhere", name=id)  # another process was faster
        self._changed(added)
        self._queue.ask(added.id)
        return self.get(added.id)

    def add_named(self, text: str) -> Download:
        """Download "OWNER/REPO:QUANT" or "OWNER/REPO/FILE.gguf". Raises UserError as `add`, and `hub.*`."""
        from app.services.hub.hub_names import variant_named

        repository, variant = variant_named(text, self._repository)
        return self.add(repository, self._with_projector(repository, variant))

    # --- reading ---

    def all(self) -> tuple[Download, ...]:
        """All downloads, in the order of the queue; done or canceled ones last.

        One whose process died is shown as paused.
        """
        with contextlib.suppress(UserError):
            self._run.retry()
        return tuple(sorted(self._rows.all(), key=lambda download: download.state in ("done", "cancelled")))

    def get(self, id: int) -> Download:
        """One download. Raises UserError `download.not_found`, like all that take an id."""
        return self._rows.get(id)

    def wait(self, id: int, stop: StopToken | None = None) -> Download:
        """Wait until the download is done, failed, paused or canceled; returns it.

        When `stop` is true, the download is stopped, and then awaited.
        """
        download = self.get(id)
        while download.state in UNDER_WAY:
            if stop is not None and stop.stopped:
                with contextlib.suppress(UserError):  # it ended just now, or another process has it
                    return self.cancel(id) if stop.cancelled else self.pause(id)
                return self.get(id)
            with self._told:
                self._told.wait(POLL)
            found = self._store.downloads.find(id)
            if found is None:  # a window that was opened removed it from its list
                return msgspec.structs.replace(download, state="done", writer="")
            download = self._rows.shown(found)
        return download

    # --- control ---

    def pause(self, id: int) -> Download:
        """Pause and keep the data.

        Raises UserError `download.elsewhere` while another process downloads it, `download.not_found`,
        `download.ended`.
        """
        download = self._rows.steerable(id)
        if download.state in ("paused", "failed"):
            return download
        self._stop(download, cancel=False)
        changed = self._rows.end(download, UNDER_WAY, state="paused")
        return self._changed(changed) if changed else self.get(id)

    def resume(self, id: int) -> Download:
        """Resume a paused or failed download; it waits for its turn.

        Raises UserError `download.elsewhere`, `download.not_found`, `download.ended`, `download.no_room`,
        `library.folder_gone`, `library.not_writable`.
        """
        download = self._rows.steerable(id)
        if self._rows.is_here(download):
            if not self._queue.is_running(id):
                self._queue.ask(id)
            return self.get(id)
        self._check_room(download)
        return self._go_on(id)

    def cancel(self, id: int) -> Download:
        """Cancel and delete the data.

        One that was done a moment before stays done. Raises UserError as `pause`.
        """
        download = self._rows.steerable(id)
        self._stop(download, cancel=True)
        current = self.get(id)
        if current.state in ("done", "cancelled"):
            return current
        changed = self._rows.end(download, NOT_ENDED, state="cancelled", received=0)
        self._fetching.discard(download, self._library.folder)
        return self._changed(changed) if changed else self.get(id)

    def move(self, id: int, before: int | None) -> None:
        """Move it in the queue before another one, or to its end. Raises UserError `download.not_found`."""
        self.get(id)
        rows = self._store.downloads.all()
        self._store.downloads.order(reordered([row.id for row in rows], id, before))
        was = {row.id: row.position for row in rows}
        changed = [row for row in self._store.downloads.all() if row.position != was.get(row.id)]
        self._events.publish(*(DownloadChanged(self._rows.shown(row)) for row in changed))
        self._queue.wake()

    def pause_all(self) -> None:
        """Pause all that wait or run in this process."""
        waiting = [download for download in self.all() if self._rows.is_here(download)]
        # Waiting ones first, or they would start in place of those that stop.
        for download in sorted(waiting, key=lambda download: download.state != "queued"):
            with contextlib.suppress(UserError):  # it ended just now
                self.pause(download.id)

    def resume_all(self) -> None:
        """Resume all that are paused or failed and belong to no other process.

        Raises as `resume`, for the first that fails; the others resume.
        """
        reason: UserError | None = None
        for download in self.all():
            if download.state in ("paused", "failed"):
                try:
                    self.resume(download.id)
                except UserError as error:
                    reason = reason or error
        if reason is not None:
            raise reason

    def forget(self, id: int) -> None:
        """Remove a done, canceled or failed download from the list; deletes the data of a failed one.

        Raises UserError `download.elsewhere`, `download.not_found`, `download.not_ended`.
        """
        download = self.get(id)
        if download.state not in ("done", "cancelled", "failed"):
            raise UserError("download.not_ended", name=download.model)
        if download.state == "failed":
            self._fetching.discard(download, self._library.folder)
        self._store.downloads.remove(id)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Context manager: inside, nothing is downloaded, and partial files are left alone; afterwards
        downloads resume.

        Raises UserError `library.busy_elsewhere` while another process downloads.
        """
        if any(download.state in UNDER_WAY for download in self._rows.others()):
            raise UserError("library.busy_elsewhere")
        self._run.holding = True
        try:
            for download in self._rows.mine():
                if self._queue.is_running(download.id):
                    self._stop(download, cancel=False)
            yield
        finally:
            self._run.holding = False
            self._queue.ask(*(download.id for download in self._rows.mine() if download.state == "queued"))

    # --- inside ---

    def _go_on(self, id: int) -> Download:
        self._changed(self._rows.queue(id))
        self._queue.ask(id)
        return self.get(id)

    def _stop(self, download: Download, cancel: bool) -> None:
        """Stop it if it runs here, and wait for that.

        Raises UserError `library.busy` when it does not stop.
        """
        if self._queue.stop(download.id, cancel) and not self._queue.wait_for(download.id, PATIENCE):
            raise UserError("library.busy")

    def _waiting(self) -> list[Download]:
        try:
            return [download for download in self._rows.mine() if download.state == "queued"]
        except UserError:  # the store is locked: the poll retries
            return []

    def _at_once(self) -> int:
        return 0 if self._run.holding else self._settings.current.downloads_at_once

    def _settings_changed(self, event: SettingsChanged) -> None:
        """From the thread that changed the settings: never waits for another one."""
        settings = event.settings
        if settings.downloads_at_once != self._shown_at_once:
            self._shown_at_once = settings.downloads_at_once
            self._queue.wake()
        self._run.offline = settings.offline
        if settings.offline:
            self._was_offline = True
            self._queue.stop_all()

    def _tick(self) -> None:
        """Periodically, in the window: retry what failed, and resume what the offline switch has paused when
        it is off.
        """
        self._run.retry()
        if self._was_offline and not self._settings.current.offline:
            self._was_offline = False
            for download in self._rows.all():
                if download.state == "paused" and download.error and download.error.code == "hub.offline":
                    self._go_on(download.id)
        refused, self._run.refused = self._run.refused, set()
        self._queue.ask(*refused)

    def _check_room(self, new: Download) -> None:
        """Check that the rest of it, and of those that wait or run, fits on the disk."""
        folder = self._library.ready_folder()
        coming = [entry for entry in self.all() if entry.state in UNDER_WAY and entry.id != new.id]
        need = sum(max(0, entry.bytes - entry.received) for entry in (new, *coming))
        have, _ = self._library.room()
        if have < need * (1 + SPARE):
            raise UserError(
                "download.no_room", need_bytes=int(need * (1 + SPARE)), have_bytes=have, folder=str(folder)
            )

    def _changed(self, download: Download) -> Download:
        self._events.publish(DownloadChanged(download))
        return download

    def _download_changed(self, event: DownloadChanged) -> None:
        self._watch.know(event.download)
        with self._told:
            self._told.notify_all()


def _lacks_projector(model: LibraryModel, variant: Variant) -> bool:
    """Whether the model is whole but for a projector that the hub has, and its other files are the same there."""
    same = [file.sha256 for file in variant.files] == [file.sha256 for file in model.weights]
    hashed = all(file.sha256 for file in variant.files)
    return model.trashed is None and model.projector is None and bool(variant.projector) and same and hashed
