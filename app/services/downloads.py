"""Downloads: what is fetched into the library, in which order, by whom.

Methods block on the disk, `add_named` on the hub too: call them off the GUI thread. What changes is told to the
subscribers, from service threads. The window and commands share the list; each download belongs to one process.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from app.services.events import DownloadChanged, ServiceEvent, Subscriber
from app.services.library import Library
from app.services.library_values import Stop
from app.services.settings import SettingsFile
from app.store.records import Download
from app.store.store import Store
from engine.errors import UserError
from engine.hub.values import Repository, Variant


class Downloads:
    """The downloads of the data folder, and the threads that run those of this process."""

    def __init__(
        self,
        store: Store,
        settings: SettingsFile,
        library: Library,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._settings = settings
        self._library = library
        self._clock = clock
        self._subscribers: list[Subscriber] = []

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def recover(self, go_on: bool) -> tuple[Download, ...]:
        """Take over what dead processes left: for the window (`go_on`) it is queued here and goes on, for a command
        it is paused. Returns those downloads. Others are left alone."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop what runs here and keep what has come; it is gone on with at the next start."""

    # --- asking ---

    def add(self, repository: Repository, variant: Variant) -> Download:
        """Fetch a variant into the library: at once when fewer than `downloads_at_once` run, else when it is its turn.

        One that failed, was paused or cancelled before goes on. Raises UserError `download.already` (it is in the
        library, or on its way), `download.in_trash`, `download.no_room`, `library.not_writable`.
        """
        raise NotImplementedError

    def add_named(self, text: str) -> Download:
        """Fetch "OWNER/REPO:QUANT" or "OWNER/REPO/FILE.gguf". Raises UserError as `add`, and `hub.*`."""
        raise NotImplementedError

    # --- reading ---

    def all(self) -> tuple[Download, ...]:
        """In the order of the queue; done, cancelled and failed ones last."""
        return tuple(self._store.downloads())

    def get(self, id: int) -> Download:
        """Raises UserError `download.not_found`, like all that take an id."""
        found = self._store.download(id)
        if found is None:
            raise UserError("download.not_found")
        return found

    def wait(self, id: int, stop: Stop | None = None) -> Download:
        """Until the download is done, failed, paused or cancelled, or `stop` is set (then it is paused); as it is
        then."""
        raise NotImplementedError

    # --- steering ---

    def pause(self, id: int) -> Download:
        """Stop and keep what has come. Raises UserError `download.elsewhere` while another process fetches it,
        `download.not_found`, `download.ended`."""
        raise NotImplementedError

    def resume(self, id: int) -> Download:
        """Go on with one that is paused or failed; it waits for its turn. Raises UserError `download.elsewhere`,
        `download.not_found`, `download.ended`."""
        raise NotImplementedError

    def cancel(self, id: int) -> Download:
        """End it and delete what has come. Raises UserError as `pause`."""
        raise NotImplementedError

    def move(self, id: int, before: int | None) -> None:
        """Put it in the queue before another one, or at its end. Raises UserError `download.not_found`."""
        raise NotImplementedError

    def pause_all(self) -> None:
        """All that wait or run in this process."""
        raise NotImplementedError

    def resume_all(self) -> None:
        """All that are paused or failed and belong to no other process."""
        raise NotImplementedError

    def forget(self, id: int) -> None:
        """Take one that is done, cancelled or failed off the list; what a failed one has fetched is deleted. Raises
        UserError `download.elsewhere`, `download.not_found`, `download.not_ended`."""
        raise NotImplementedError

    # --- inside ---

    def _changed(self, download: Download) -> Download:
        self._tell([DownloadChanged(download)])
        return download

    def _tell(self, events: list[ServiceEvent]) -> None:
        for subscriber in tuple(self._subscribers):
            subscriber(events)
