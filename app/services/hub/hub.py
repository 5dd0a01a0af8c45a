"""Hub service: search, repositories, and the fit of each model.

Methods block on the network: call them off the GUI thread. All raise UserError `hub.*`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.services.hub.catalogue import (
    CatalogueEntry,
    CataloguePick,
    guessed_entry,
    judged_entry,
    load_catalogue,
    pick,
)
from app.services.hub.model_fit import ModelFitter
from app.services.library.folder import space
from app.services.placement.placements import Placements
from app.services.settings.patience import KeepGoing, unless_stopped
from app.services.settings.secrets import Secrets, checked_token
from app.services.settings.settings import Settings, SettingsFile
from engine.errors import UserError
from engine.hub.access import HubAccess, hub_access
from engine.hub.session import Stopped
from engine.hub.values import HubModel, JudgedVariant, Query, Repository, Variant, Verdict

if TYPE_CHECKING:
    from engine.hub.client import Hub

REMEMBERED_S = 300.0
_FORM = "repository-1"
_MOST_REPOSITORIES, _MOST_REMEMBERED = 200, 50
# Answers of the hub itself that invalidate what was cached.
_SAID_BY_THE_HUB = (
    "hub.not_found",
    "hub.gated",
    "hub.needs_token",
    "hub.bad_token",
    "hub.forbidden",
    "hub.bad_name",
)


def always() -> bool:
    """Never cancels."""
    return True


def access_of(settings: Settings, secrets: Secrets) -> HubAccess:
    """Access to the hub by the settings. Raises UserError `hub.bad_endpoint`."""
    return hub_access(
        settings.hub_endpoint,
        settings.hub_proxy,
        settings.hub_certificates,
        settings.offline,
        secrets.hub_token,
    )


class _Remembered(msgspec.Struct, frozen=True):
    until: float
    token: str
    repository: Repository


class HubService:
    """Access to the hub; `close` it. Changed settings apply from the next call on."""

    def __init__(self, home: Path, settings: SettingsFile, secrets: Secrets, placements: Placements) -> None:
        self._home = home
        self._settings = settings
        self._secrets = secrets
        self._placements = placements
        self._judging = ModelFitter(home / "cache" / "headers", placements)
        self._lock = threading.Lock()
        self._hubs: dict[tuple[str, str, str], Hub] = {}
        self._remembered: dict[tuple[str, str], _Remembered] = {}
        self._closed = False

    def access(self) -> HubAccess:
        """The current access. Raises UserError `hub.bad_endpoint`."""
        return access_of(self._settings.current, self._secrets)

    def search(
        self, query: Query, found: Callable[[tuple[HubModel, ...]], None], keep_going: KeepGoing = always
    ) -> None:
        """Pass each page of results to `found` as it arrives, on this thread.

        Returns at once when `keep_going` returns False, also in the middle of a request.
        """
        going = self._going(keep_going)
        pages = self._hub().search_pages(query, going)
        try:
            while (page := unless_stopped(lambda: next(pages, None), going)) is not None:
                if page:
                    found(page)
        except Stopped:
            return

    def repository(self, repo: str) -> Repository:
        """The contents of a repository, with its card; cached for some minutes.

        Offline, and when the hub is unreachable: the last known contents, else UserError `hub.offline` or the
        error.
        """
        access = self.access()
        key = (access.endpoint, repo.lower())
        token = self._secrets.hub_token()
        known = self._remembered.get(key)
        if known is not None and known.token == token and time.monotonic() < known.until:
            return known.repository
        from engine.hub.cache import Kept

        last_seen = Kept(self._home / "cache" / "repositories", Repository, _FORM, _MOST_REPOSITORIES)
        try:
            repository = self._asked(repo)
        except UserError as error:
            seen = None if error.code in _SAID_BY_THE_HUB else last_seen.get("\n".join(key))
            if seen is None:
                raise
            return seen
        last_seen.put("\n".join(key), repository)
        with self._lock:
            self._remembered.pop(key, None)
            self._remembered[key] = _Remembered(time.monotonic() + REMEMBERED_S, token, repository)
            while len(self._remembered) > _MOST_REMEMBERED:
                self._remembered.pop(next(iter(self._remembered)))
        return repository

    def judge(
        self,
        repository: Repository,
        judged: Callable[[JudgedVariant], None] = lambda _: None,
        keep_going: KeepGoing = always,
    ) -> tuple[JudgedVariant, ...]:
        """What each variant would be on this machine: one after the other to `judged`, on this thread, in the
        order in which they are known; then all, in the order of the repository, with the best marked.

        `keep_going` False ends it at once, with what was judged until then. Where a header cannot be read, the
        verdict is by sizes alone and `JudgedVariant.error` says why. Raises UserError `engine.*` and `worker.*` as
        `Placements.machine` does.
        """
        return self._judging.repository(self._hub, repository, judged, self._going(keep_going))

    def with_projector(self, repository: Repository, variant: Variant) -> Variant:
        """The variant with the projector that belongs to it; as it is called where its header cannot be read."""
        try:
            return self._judging.with_projector(self._hub, repository, variant, self._going(always))
        except UserError:
            return variant

    def judge_local(self, path: str) -> Verdict:
        """The same for a file on disk. Raises UserError `model.*` and as `Placements.machine` does."""
        return self._judging.local(path)

    def judge_entry(self, entry: CatalogueEntry) -> Verdict:
        """What a model of the catalogue would be, by its figures alone; asks nobody. Raises as `Placements.machine`
        does."""
        return judged_entry(entry, self._placements)

    def guess(self, parameters: int, active: int) -> Verdict:
        """What a search result with so many parameters, `active` of which a token reads (0: all), would be in the
        quantization that most people take; asks nobody. Raises as `Placements.machine` does."""
        return judged_entry(guessed_entry(parameters, active), self._placements)

    def catalogue(self) -> tuple[CatalogueEntry, ...]:
        """Recommended models."""
        return load_catalogue()

    def picks(self, count: int = 3) -> tuple[CataloguePick, ...]:
        """Those of the catalogue that suit this machine and its disk best, as `pick` says; asks nobody.

        Raises UserError as `Placements.machine` does.
        """
        folder = Path(self._settings.current.library_folder or self._home).expanduser()
        free, total = space(folder, above=True)
        fitting = [entry for entry in self.catalogue() if entry.download * 1.05 < free or not total]
        return pick(fitting, self._placements, count)

    def check_token(self, token: str) -> str:
        """The name of the user whose token this is. Raises UserError `hub.bad_token`."""
        return self._hub().whoami(checked_token(token))

    def close(self) -> None:
        with self._lock:
            self._closed = True
            hubs = list(self._hubs.values())
            self._hubs.clear()
        for hub in hubs:
            hub.close()

    def _asked(self, repo: str) -> Repository:
        hub = self._hub()
        repository = hub.repository(repo)
        try:
            card = hub.card(repository.model.repo, repository.commit)
        except UserError:  # the files are what matters
            card = ""
        return msgspec.structs.replace(repository, card=card)

    def _hub(self) -> Hub:
        """The hub for the current settings; one that other threads may still use is kept until `close`."""
        from engine.hub.client import Hub

        access = self.access()
        access.check_online()
        key = (access.endpoint, access.proxy, access.certificates)
        with self._lock:
            if key not in self._hubs:
                self._hubs[key] = Hub(access)
            return self._hubs[key]

    def _going(self, keep_going: KeepGoing) -> KeepGoing:
        return lambda: not self._closed and keep_going()
