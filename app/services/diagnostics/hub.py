"""What `coterie doctor` tells of the hub and the library. Nobody is asked but the settings and the disk."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from app import paths
from app.sentences import Language, Sentence, format_bytes, sentence
from app.services.hub.hub import access_of
from app.services.library.values import DiskUse
from app.services.settings.secrets import Secrets, TokenPlace
from app.services.settings.settings import Settings, SettingsFile
from engine.errors import UserError

_MESSAGES = {
    "offline": Sentence("{endpoint} (offline: it is not asked)", "{endpoint}(오프라인: 접속하지 않음)"),
    "online": Sentence("{endpoint}", "{endpoint}"),
    "proxy": Sentence("{endpoint}, by a proxy", "{endpoint}, 프록시 사용"),
    "keyring": Sentence("kept by the system's keyring", "시스템 키링에 보관"),
    "environment": Sentence("from HF_TOKEN, not kept", "HF_TOKEN에서 읽음, 보관하지 않음"),
    "session": Sentence("for this session only", "이번 세션에만"),
    "": Sentence("none", "없음"),
    "library": Sentence(
        "{folder} (models: {count}, {used}; {free} free)", "{folder}(모델 {count}개, {used}. {free} 남음)"
    ),
    "gone": Sentence(
        "{folder} is not there. Connect its disk, or choose another folder in the settings.",
        "{folder}이(가) 없습니다. 디스크를 연결하거나 설정에서 다른 폴더를 골라 주세요.",
    ),
}


class HubReport(msgspec.Struct, frozen=True):
    """How the hub would be reached. `endpoint` is "" where the address is none; `token` says where one is kept."""

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
    """Whether something is good, in words."""

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
        return report, Finding(False, sentence(error, language))
    report = HubReport(access.endpoint, access.offline, bool(access.proxy), access.certificates, token)
    name = "offline" if access.offline else "proxy" if access.proxy else "online"
    return report, Finding(True, _message(name, language, endpoint=access.endpoint))


def token_message(report: HubReport, language: Language) -> str:
    """Where the token is; never the token."""
    return _message(report.token, language)


def library_report(language: Language) -> tuple[LibraryReport, Finding]:
    """What the library takes and what is free. A library that was never opened stays unmade."""
    settings = SettingsFile(paths.settings_file()).current
    try:
        disk, count = _opened() if paths.database().exists() else (_empty(settings), 0)
    except UserError as error:
        disk, count = _empty(settings), 0
        told = sentence(error, language)
        return _library(disk, count), Finding(False, told)
    folder = str(disk.folder)
    if not disk.total:
        return _library(disk, count), Finding(False, _message("gone", language, folder=folder))
    message = _message(
        "library",
        language,
        folder=folder,
        count=count,
        used=format_bytes(disk.used),
        free=format_bytes(disk.free),
    )
    return _library(disk, count), Finding(True, message)


def _opened() -> tuple[DiskUse, int]:
    from app.services.library.library import Library
    from app.services.settings.placement_options import WishesFile
    from app.store.store import Store

    home = paths.home()
    with Store.open(paths.database(), paths.backups()) as store:
        settings, wishes = SettingsFile(paths.settings_file()), WishesFile(home / "wishes.toml")
        library = Library(home, store, settings, wishes)
        return library.disk(), sum(model.trashed is None for model in library.known())


def _empty(settings: Settings) -> DiskUse:
    """The folder as it will be."""
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


def _message(name: str, language: Language, **values: object) -> str:
    text: str = getattr(_MESSAGES[name], language)
    return text.format_map(values)
