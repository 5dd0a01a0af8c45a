"""Asks where releases are kept whether there is a newer version. A plain GET that says nothing of the person."""

from __future__ import annotations

import datetime
import platform
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from app.installation.facts import Installation
from app.services.updates.manifest import LARGEST, Manifest, Seen, check, order, verified
from app.services.updates.values import Release
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.settings.settings import Settings
    from engine.hub.access import HubAccess

ENDING = ".release"
_MACHINES = {"amd64": "x86_64", "x64": "x86_64", "arm64": "aarch64"}


class Believed(NamedTuple):
    """Manifests that were fetched and checked, and what has been seen with them."""

    manifests: tuple[Manifest, ...]
    seen: dict[str, Seen]


def access_to(address: str, settings: Settings) -> HubAccess:
    """How the folder of releases at `address` is reached, by the person's proxy and certificates and without a token.

    Raises UserError `update.no_address`, `update.bad_address`.
    """
    from engine.hub.access import HubAccess

    if not address:
        raise UserError("update.no_address")
    try:
        return HubAccess(address, settings.hub_proxy, settings.hub_certificates, settings.offline)
    except UserError as error:
        raise UserError("update.bad_address", address=address) from error


def split_address(address: str) -> tuple[str, str]:
    """The folder of an address that a person gave, and the channel where it names the manifest itself, else ""."""
    folder, _, name = address.strip().rstrip("/").rpartition("/")
    return (folder, name.removesuffix(ENDING)) if name.endswith(ENDING) else (address.strip(), "")


def fetch_manifests(
    access: HubAccess,
    channels: Iterable[str],
    keys: Iterable[bytes],
    seen: Mapping[str, Seen],
    now: datetime.datetime,
) -> Believed:
    """Fetch and check the manifests of the channels; one that is wrong in any way ends it. The first channel has to
    be there.

    Raises UserError `update.*`, `hub.*`.
    """
    keys, believed = tuple(keys), dict(seen)
    manifests: list[Manifest] = []
    if not keys:
        raise UserError("update.no_keys")
    for number, channel in enumerate(channels):
        data = _fetched(access, channel, needed=number == 0)
        if data is not None:
            manifest = verified(data, keys)
            believed[channel] = check(manifest, channel, seen.get(channel), now)
            manifests.append(manifest)
    return Believed(tuple(manifests), believed)


def newer(manifests: Iterable[Manifest], here: Installation, address: str) -> Release | None:
    """The newest version, if it is newer than the installed one. `address` is the folder of the manifests."""
    newest = max(manifests, key=lambda one: order(one.version))
    if order(newest.version) <= order(here.version):
        return None
    file = newest.files.get(f"{here.kind}-{machine()}")
    return Release(newest.version, newest.channel, newest.notes, address, file)


def machine() -> str:
    """The processor as the keys of a manifest's files have it."""
    name = platform.machine().lower()
    return _MACHINES.get(name, name)


def _fetched(access: HubAccess, channel: str, *, needed: bool) -> bytes | None:
    """None for one that is not there and not needed."""
    import httpx2

    from engine.hub.errors import failure
    from engine.hub.redirects import opened
    from engine.hub.session import bounded

    host = access.origin.host
    with access.http(connections=1) as http:
        try:
            with opened(http, "GET", f"{access.endpoint}/{channel}{ENDING}") as found:
                if found.response.status_code in (404, 410):
                    if needed:
                        raise UserError("update.no_release", host=host)
                    return None
                if found.response.status_code >= 400:
                    raise UserError("hub.failed", host=host, status=str(found.response.status_code))
                return bounded(found.response, LARGEST)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            raise failure(error, access) from error
        except UserError as error:
            raise UserError("update.too_large") if error.code == "hub.garbage" else error from None
