"""Downloads into the library that clients ask for."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import Counter
from collections.abc import Callable

from app.server.answering import ANY_TAG
from app.server.refusal import Refusal
from app.services.hub.download_run import UNDER_WAY
from app.services.hub.events import DownloadChanged, DownloadProgress
from app.services.hub.hub_names import variant_named
from app.services.library.names import hub_id
from app.services.services import Services
from app.services.settings.patience import KeepGoing, unless_stopped
from app.store.records import Download, ServerKey
from engine.errors import UserError
from engine.hub.names import ModelName, parse_model_name
from engine.hub.values import Repository, Variant

log = logging.getLogger(__name__)

PullEvent = Download | DownloadProgress


class Pulls:
    """Begins downloads and follows them. As Ollama does, one that a client began goes on as long as a client waits
    for it: then it is paused, and the next who asks goes on with what is here. Methods block on the hub and the
    disk: call them off the loop."""

    def __init__(self, services: Services) -> None:
        self._downloads, self._hub, self._library = services.downloads, services.hub, services.library
        self._events = services.events
        self._lock = threading.Lock()
        self._begun: set[int] = set()
        self._waiting: Counter[int] = Counter()

    def begin(self, name: str, key: ServerKey | None, keep_going: KeepGoing) -> Download | None:
        """The download of a model of the hub, None for one that is here. The caller waits for it until `leave`.

        Raises Refusal 403 for whoever has no right to it, UserError as `Downloads.add_named`, Stopped where
        `keep_going` is false before it has begun.
        """
        if key is None or "download" not in key.rights:
            raise Refusal(403, "no_right_to_download", "Downloads need a key with the right to them.")
        wanted = parse_model_name(name.removesuffix(ANY_TAG))
        if self._is_here(hub_id(wanted.repo, wanted.variant)):
            return None
        self._hub.access().check_online()  # the hub's answers of a moment ago would do, and the download would wait
        repository, variant = unless_stopped(lambda: self._meant(wanted, keep_going), keep_going)
        try:
            download, is_new = self._downloads.add(repository, variant), True
        except UserError as error:
            if error.code != "download.already":
                raise
            found = self._under_way(str(error.params["name"]))
            if found is None:
                return None
            download, is_new = found, False
        with self._lock:
            self._waiting[download.id] += 1
            if is_new:
                self._begun.add(download.id)
        return download

    def follow(self, download: Download, told: Callable[[PullEvent], None]) -> contextlib.ExitStack:
        """Tell what becomes of a download, from how it is now on, on the services' threads, until what is returned is
        closed."""

        def changed(event: DownloadChanged) -> None:
            if event.download.id != download.id:
                return
            now = event.download
            if now.state not in UNDER_WAY:
                # It may have been asked for again since, by whom this is told; one that is gone is told as it was.
                with contextlib.suppress(UserError):
                    now = self._downloads.get(now.id)
            told(now)

        def progressed(event: DownloadProgress) -> None:
            if event.download == download.id:
                told(event)

        subscribed = contextlib.ExitStack()
        subscribed.callback(self._events.subscribe(DownloadChanged, changed))
        subscribed.callback(self._events.subscribe(DownloadProgress, progressed))
        with contextlib.suppress(UserError):  # it was taken off the list: that was told
            told(self._downloads.get(download.id))
        return subscribed

    def leave(self, download: Download) -> None:
        """A client waits no longer."""
        with self._lock:
            self._waiting[download.id] -= 1
            if self._waiting[download.id] > 0:
                return
            del self._waiting[download.id]
            is_abandoned = download.id in self._begun
            self._begun.discard(download.id)
        if is_abandoned:
            self._pause(download.id)

    def close(self) -> None:
        """Pause what clients still wait for."""
        with self._lock:
            left, self._begun = self._begun, set()
        for id in left:
            self._pause(id)

    def _pause(self, id: int) -> None:
        try:
            if self._downloads.get(id).state in UNDER_WAY:
                self._downloads.pause(id)
        except UserError as error:  # it ended just now, or is another process's by now
            log.info("A download that nobody waits for goes on: %s", error.code)

    def _meant(self, wanted: ModelName, keep_going: KeepGoing) -> tuple[Repository, Variant]:
        """What the hub has by this name; of a whole repository what suits this computer best."""
        try:
            repository, variant = variant_named(str(wanted), self._hub.repository)
        except UserError as error:
            if error.code != "hub.which_variant":
                raise
            repository = self._hub.repository(wanted.repo)
            judged = self._hub.judge(repository, keep_going=keep_going)
            best = next((one.variant for one in judged if one.best), None)
            if best is None:
                raise
            variant = best
        return repository, self._hub.with_projector(repository, variant)

    def _is_here(self, id: str) -> bool:
        return any(
            model.id == id and model.trashed is None and model.state == "ready"
            for model in self._library.known()
        )

    def _under_way(self, id: str) -> Download | None:
        return next(
            (one for one in self._downloads.all() if one.model == id and one.state in UNDER_WAY), None
        )
