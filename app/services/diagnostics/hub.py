"""Diagnosis of hub and library, from the settings and the disk alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from app import paths
from app.format import format_size
from app.language import Language
from app.messages import localized, localized_error
from app.services.hub.hub import access_of
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


def token_message(report: HubReport, language: Language) -> str:
    """Where the token is; never the token."""
    return localized(f"doctor.hub.{report.token or 'none'}", language)


def library_report(language: Language) -> tuple[LibraryReport, Finding]:
    """Disk usage of the library and free space. A library that was never opened is not created."""
    settings = SettingsFile(paths.settings_file()).current
    try:
        disk, count = _opened() if paths.database().exists() else (_empty(settings), 0)
    except UserError as error:
        disk, count = _empty(settings), 0
        told = localized_error(error, language)
        return _library(disk, count), Finding(False, told)
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


def _opened() -> tuple[DiskUse, int]:
    from app.services.library.library import Library
    from app.services.settings.placement_options import PlacementOptionsFile
    from app.store.store import Store

    home = paths.home()
    with Store.open(paths.database(), paths.backups()) as store:
        settings, options = SettingsFile(paths.settings_file()), PlacementOptionsFile(home / "wishes.toml")
        library = Library(home, store, settings, options, settings.events)
        return library.disk(), sum(model.trashed is None for model in library.known())


def _empty(settings: Settings) -> DiskUse:
    """The report of a library that does not exist yet."""
    folder = (
        Path(settings.library_folder).expanduser() if settings.library_folder else paths.home() / "models"
    )
    for place in (folder,) if settings.library_folder else (folder, *folder.parents):
        try:
            use = shutil.disk_usage(place)
        except OSError:
            continue
        return DiskUse(folder, use.free, use.total, 0, 0, 0)
    return DiskUse(folder, 0, 0, 0, 0, 0)


def _library(disk: DiskUse, count: int) -> LibraryReport:
    return LibraryReport(str(disk.folder), count, disk.used, disk.trash, disk.incoming, disk.free, disk.total)
