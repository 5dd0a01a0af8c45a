"""The hub as the desktop and the command line ask it: search, repositories, and what each model would be here.

Methods block on the network: call them off the GUI thread. All raise UserError `hub.*`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.services.catalogue import CatalogueEntry, CataloguePick
from app.services.placements import Placements
from app.services.secrets import Secrets
from app.services.settings import Settings, SettingsFile
from engine.hub.access import HubAccess, hub_access
from engine.hub.values import HubModel, JudgedVariant, Query, Repository, Verdict

KeepGoing = Callable[[], bool]


def always() -> bool:
    """Goes on to the end."""
    return True


def access_of(settings: Settings, secrets: Secrets) -> HubAccess:
    """The access that the settings ask for. Raises UserError `hub.bad_endpoint`."""
    return hub_access(
        settings.hub_endpoint,
        settings.hub_proxy,
        settings.hub_certificates,
        settings.offline,
        secrets.hub_token,
    )


class HubService:
    """`close` it. A change of the settings counts from the next call on."""

    def __init__(
        self, home: Path, settings: SettingsFile, secrets: Secrets, placements: Placements
    ) -> None: ...

    def access(self) -> HubAccess:
        """How the hub is reached now. Raises UserError `hub.bad_endpoint`."""
        raise NotImplementedError

    def search(
        self, query: Query, found: Callable[[tuple[HubModel, ...]], None], keep_going: KeepGoing = always
    ) -> None:
        """Hand each page of results to `found` as soon as it is there, on this thread. Returns at once when
        `keep_going` returns False, also in the middle of a request."""
        raise NotImplementedError

    def repository(self, repo: str) -> Repository:
        """What is in a repository, with its card; remembered for some minutes. Offline, and where the hub cannot
        be reached: as it was last seen, else UserError `hub.offline` or what went wrong."""
        raise NotImplementedError

    def judge(
        self,
        repository: Repository,
        judged: Callable[[JudgedVariant], None] = lambda _: None,
        keep_going: KeepGoing = always,
    ) -> tuple[JudgedVariant, ...]:
        """What each variant would be on this machine: one after the other to `judged`, from threads of the
        service, in no order; then all, in the order of the repository, with the best marked. `keep_going` False
        ends it early, with what was judged until then."""
        raise NotImplementedError

    def judge_local(self, path: str) -> Verdict:
        """The same for a file on disk. Raises UserError `model.*` and as `Placements.machine` does."""
        raise NotImplementedError

    def catalogue(self) -> tuple[CatalogueEntry, ...]:
        """The models that we recommend."""
        raise NotImplementedError

    def picks(self, count: int = 3) -> tuple[CataloguePick, ...]:
        """Those of the catalogue that suit this machine best; asks nobody."""
        raise NotImplementedError

    def check_token(self, token: str) -> str:
        """The name of the user whose token this is. Raises UserError `hub.bad_token`."""
        raise NotImplementedError

    def close(self) -> None: ...
