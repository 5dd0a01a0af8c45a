"""The models of search in the settings: what comes along, what is installed, and what was chosen."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from pytestqt.qtbot import QtBot

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.settings.search_section import SearchSection
from app.services.collections.search_models import SearchModels
from app.services.library.events import LibraryChanged
from app.services.settings.settings import SettingsFile
from app.store.records import LibraryFile, LibraryModel
from engine.embedding.included import included_model
from installer.e5_gguf import write_gguf
from tests.support.models.small_e5 import small_e5
from tests.support.models.starter import starter_model


def entry(path: Path, name: str) -> LibraryModel:
    return LibraryModel(name, name, (LibraryFile(str(path), path.stat().st_size),), "file", 1.0)


def offered(section: SearchSection) -> list[str]:
    section.model.open_menu()
    section.model.menu_shown.close()
    return [action.text() for action in section.model.menu_shown.actions()]


@pytest.mark.skipif(included_model() is None, reason="set-up could not make the embedding model")
def test_installed_models_that_embed_can_be_chosen(qtbot: QtBot, looks: None, tmp_path: Path) -> None:
    small = tmp_path / "small.gguf"
    write_gguf(small_e5()[0], small)
    settings = SettingsFile(tmp_path / "settings.toml")
    installed = [entry(starter_model(), "Writes")]
    calls = ServiceCalls()
    section = SearchSection(calls)
    qtbot.addWidget(section)
    calls.attach(SimpleNamespace(settings=settings, search_models=SearchModels(lambda: installed)))  # type: ignore[arg-type]
    section.take_settings(settings.current)
    section.show()
    section.open()
    assert section.model.text() == "Included with Coterie"
    installed.append(entry(small, "Small E5"))
    section.take_events([LibraryChanged()])
    qtbot.waitUntil(lambda: offered(section) == ["Included with Coterie", "Small E5"])
    section.model.menu_shown.actions()[1].trigger()
    qtbot.waitUntil(lambda: settings.current.embedding_model == str(small))
    section.take_settings(settings.current)
    assert section.model.text() == "Small E5"
    installed.pop()
    section.take_events([LibraryChanged()])
    qtbot.waitUntil(lambda: section.model.text() == "small")  # by its file
