"""An AppImage of version 0.1.0 and a server of releases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.installation.facts import Installation
from app.installation.sites import FileSite
from app.services.events import EventBus
from app.services.settings.settings import SettingsFile
from app.services.updates.updating import Updates
from tests.support.library.releases import NOW, Releases, appimage, serving, write_program

MakeUpdates = Callable[..., Updates]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Releases]:
    with serving(tmp_path / "releases") as server:
        yield server


@pytest.fixture
def site(tmp_path: Path) -> FileSite:
    folder = tmp_path / "Anwendungen 앱"
    folder.mkdir()
    return FileSite(write_program(folder / "Coterie.AppImage", "0.1.0"))


@pytest.fixture
def make(tmp_path: Path, server: Releases, site: FileSite) -> MakeUpdates:
    """The updates of an installation over one data folder, at `NOW`."""

    def made(here: Installation | None = None, *, days: float = 0.0, **settings: object) -> Updates:
        file = SettingsFile(tmp_path / "home" / "settings.toml")
        if settings:
            file.change(**settings)
        here = here or appimage(address=server.address)
        place = site if here.kind == "appimage" else None
        return Updates(
            tmp_path / "home", file, EventBus(), here, place, lambda: NOW.timestamp() + days * 86_400
        )

    return made
