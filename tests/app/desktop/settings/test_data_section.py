"""The rows of what is kept of conversations: how much it may take, how much it takes, and deleting it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.settings.data_section import GB, DataSection
from app.services.settings.settings import Settings, SettingsFile


class Page:
    """The section alone, over something kept that is made up; it is its own services, with nothing in the trash."""

    def __init__(self, qtbot: QtBot, home: Path) -> None:
        self._qtbot = qtbot
        self.settings = SettingsFile(home / "settings.toml")
        self.taken = 3 * GB
        self.kept_states = self.conversations = self.runs = self
        calls = ServiceCalls()
        self.row = DataSection(calls, home)
        qtbot.addWidget(self.row)
        services: Any = self
        calls.attach(services)
        self.row.take_settings(self.settings.current)
        self.row.show()
        self.row.read()
        self.shows("Cache size: 3 GB")

    def trash(self) -> list[Any]:
        return []

    def bytes(self) -> int:
        return self.taken

    def limit_to(self, size: int) -> int:
        self.settings.change(states_limit=size)
        self.taken = min(self.taken, size)
        return self.taken

    def clear(self) -> None:
        self.taken = 0

    def shows(self, text: str) -> None:
        self._qtbot.waitUntil(lambda: self.row.cached() == text, timeout=300_000)


@pytest.fixture
def page(qtbot: QtBot, looks: None, tmp_path: Path) -> Page:
    return Page(qtbot, tmp_path)


def test_the_size_that_counts_is_shown_also_one_from_the_file(page: Page) -> None:
    assert page.row.editors["states_limit"].value() == str(4 * GB)
    assert page.row.editors["states_limit"].values() == [str(size * GB) for size in (0, 1, 4, 16, 64)]
    page.row.take_settings(Settings(states_limit=2 * GB))
    assert page.row.editors["states_limit"].value() == str(2 * GB)


def test_a_smaller_size_counts_at_once(page: Page) -> None:
    page.row.editors["states_limit"].chosen.emit(str(GB))
    page.shows("Cache size: 1 GB")
    assert page.settings.current.states_limit == GB
    page.row.editors["states_limit"].chosen.emit("0")
    page.shows("The cache is empty")


def test_what_is_kept_can_be_deleted(page: Page) -> None:
    page.row.clear.setFocus()
    page.row.clear.click()
    page.shows("The cache is empty")
    assert not page.row.clear.isEnabled()
    page.taken = 5 * GB
    page.row.read()
    page.shows("Cache size: 5 GB")
    assert page.row.clear.isEnabled()
