"""Diagnosis of hub and library, from the settings and the disk alone."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app import paths
from app.format import format_size
from app.language import Language
from app.messages import localized, localized_error
from app.services.hub.hub import access_of
from app.services.library.folder import space
from app.services.library.resolving import own_library
from app.services.library.values import DiskUse
from app.services.settings.secrets import Secrets, TokenPlace
from app.services.settings.settings import Settings, SettingsFile
from engine.errors import UserError


class HubReport(msgspec.Struct, frozen=True):
    """Access to the hub. `endpoint` is "" where the address is none; `token` says where one is kept."""

    endpoint: str
    offline: bool
    proxy: bool
    certificates: str
    token: TokenPlace


class LibraryReport(msgspec.Struct, frozen=True):
    """The library's folder and its disk, in bytes. `models` counts those that are not in the trash."""

    folder: str
    models: int
    used: int
    trash: int
    incoming: int
    free: int
    total: int


class Finding(msgspec.Struct, frozen=True):
    """The result of a check, in words."""

    ok: bool
    message: str


def hub_report(language: Language) -> tuple[HubReport, Finding]:
    """How the hub is reached, by settings and environment."""
    settings = SettingsFile(paths.settings_file()).current
    secrets = Secrets()
    token = secrets.has_token()
    try:
        access = access_of(settings, secrets)
    except UserError as error:
        report = HubReport("", settings.offline, bool(settings.hub_proxy), settings.hub_certificates, token)
        return report, Finding(False, localized_error(error, language))
    report = HubReport(access.endpoint, access.offline, bool(access.proxy), access.certificates, token)
    name = "offline" if access.offline else "proxy" if access.proxy else "online"
    return report, Finding(True, localized(f"doctor.hub.{name}", language, endpoint=access.endpoint))


def library_report(language: Language) -> tuple[LibraryReport, Finding]:
    """Disk usage of the library and free space. A library that was never opened is not created."""
    settings = SettingsFile(paths.settings_file()).current
    disk, count = _empty(settings), 0
    try:
        with own_library() as opened:
            if opened is not None:
                disk, count = opened.disk(), sum(model.trashed is None for model in opened.known())
    except UserError as error:
        return _library(disk, count), Finding(False, localized_error(error, language))
    folder = str(disk.folder)
    if not disk.total:
        return _library(disk, count), Finding(False, localized("doctor.hub.gone", language, folder=folder))
    message = localized(
        "doctor.hub.library",
        language,
        folder=folder,
        count=count,
        used=format_size(disk.used),
        free=format_size(disk.free),
    )
    return _library(disk, count), Finding(True, message)


def _empty(settings: Settings) -> DiskUse:
    """The report of a library that does not exist yet."""
    chosen = settings.library_folder
    folder = Path(chosen).expanduser() if chosen else paths.home() / "models"
    return DiskUse(folder, *space(folder, above=not chosen), 0, 0, 0)


def _library(disk: DiskUse, count: int) -> LibraryReport:
    return LibraryReport(str(disk.folder), count, disk.used, disk.trash, disk.incoming, disk.free, disk.total)
