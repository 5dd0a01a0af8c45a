"""Polls downloads of other processes and publishes their changes like our own."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from app.services.events import EventBus, ServiceEvent
from app.services.hub.events import DownloadChanged, DownloadProgress
from app.services.worker import survived
from app.store.records import Download
from engine.errors import UserError

INTERVAL = 2.0


class DownloadWatch:
    """`others` gives the downloads of other processes, `tick` is called along with it. `added` is called when one of
    theirs is done: the library has a new model."""

    def __init__(
        self,
        others: Callable[[], list[Download]],
        tick: Callable[[], None],
        events: EventBus,
        added: Callable[[], None],
    ) -> None:
        self._others = others
        self._tick = tick
        self._events = events
        self._added = added
        self._seen: dict[int, Download] = {}
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Raises UserError `store.*`."""
        if self._thread is None:
            self._seen = {download.id: download for download in self._others()}
            self._thread = threading.Thread(target=self._watch, name="downloads-watch", daemon=True)
            self._thread.start()

    def close(self) -> None:
        self._end.set()
        if self._thread is not None:
            self._thread.join()

    def know(self, download: Download) -> None:
        """Note a change that was published already."""
        self._seen[download.id] = download

    def look(self) -> None:
        """Publish what is new since the last poll. Raises UserError `store.*`."""
        others = self._others()
        news: list[ServiceEvent] = []
        done = False
        for download in others:
            before = self._seen.get(download.id)
            if before is None or _without_progress(before) != _without_progress(download):
                news.append(DownloadChanged(download))
                done = done or (download.state == "done" and (before is None or before.state != "done"))
            elif before.received != download.received:
                left = download.bytes - download.received
                seconds = left / download.rate if download.rate > 0 else -1.0
                news.append(
                    DownloadProgress(download.id, download.received, download.bytes, download.rate, seconds)
                )
            self._seen[download.id] = download
        self._events.publish(*news)
        if done:
            self._added()

    def _watch(self) -> None:
        while not self._end.wait(INTERVAL):
            # The store is locked or its disk full: the next poll will do.
            with survived(), contextlib.suppress(UserError):
                self._tick()
                self.look()


def _without_progress(download: Download) -> tuple[object, ...]:
    return (download.state, download.error, download.position, download.writer, download.files)
