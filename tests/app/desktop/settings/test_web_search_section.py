"""Choosing a provider of web search in the settings, its address or key, and trying it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.settings.web_search.web_search_section import WebSearchSection
from app.services.connections.web_search import WebSearches
from app.services.settings.secrets import Secrets
from app.services.settings.settings import SettingsFile
from tests.support.servers.search_server import Reply, SearchServer, search_server
from tests.support.window.late import Late
from tests.support.window.pressing import press


@pytest.fixture
def server() -> Iterator[SearchServer]:
    with search_server() as made:
        yield made


class Shown:
    """The section over real settings, in a window."""

    def __init__(self, qtbot: QtBot, home: Path) -> None:
        self.qtbot = qtbot
        self.settings = SettingsFile(home / "settings.toml")
        self.searches = WebSearches(self.settings, Secrets())
        calls = ServiceCalls()
        self.section = WebSearchSection(calls)
        qtbot.addWidget(self.section)
        calls.attach(SimpleNamespace(settings=self.settings, web_search=self.searches))  # type: ignore[arg-type]
        self.section.take_settings(self.settings.current)
        self.section.show()

    def choose(self, name: str) -> None:
        button, before = self.section.provider, self.settings.current.web_search
        button.open_menu()
        button.menu_shown.close()
        next(action for action in button.menu_shown.actions() if action.text() == name).trigger()
        self.qtbot.waitUntil(lambda: self.settings.current.web_search != before)
        self.section.take_settings(self.settings.current)


@pytest.fixture
def shown(qtbot: QtBot, looks: None, coterie_home: Path) -> Shown:
    return Shown(qtbot, coterie_home)


def test_it_is_off_and_asks_for_nothing_until_a_provider_is_chosen(shown: Shown) -> None:
    assert shown.section.provider.text() == "Off" and not shown.section.setup.isVisible()
    assert not shown.searches.is_on


def test_the_address_of_ones_own_server_is_kept_and_tried(
    shown: Shown, qtbot: QtBot, server: SearchServer
) -> None:
    setup = shown.section.setup
    shown.choose("SearXNG")
    assert setup.address.isVisible() and not setup.key.isVisible() and not shown.searches.is_on
    setup.address.enter("not an address")
    qtbot.waitUntil(setup.address.complaint.isVisible)
    assert shown.settings.current.searxng_url == ""
    setup.address.enter(f"{server.url}/")
    qtbot.waitUntil(lambda: shown.settings.current.searxng_url == server.url)
    qtbot.waitUntil(lambda: not setup.address.complaint.isVisible())
    press(setup, "Search for one word to test it")
    qtbot.waitUntil(lambda: setup.result.text() == "It works: pages were found for “wikipedia”.")
    server.pages = ()
    press(setup, "Search for one word to test it")
    qtbot.waitUntil(lambda: "found nothing" in setup.result.text())
    server.reply = lambda _: Reply(403, b"")
    press(setup, "Search for one word to test it")
    qtbot.waitUntil(setup.complaint.isVisible)
    assert "add json to search.formats" in setup.complaint.text() and setup.result.text() == ""


def test_a_key_is_kept_said_to_be_there_and_deleted(shown: Shown, qtbot: QtBot) -> None:
    setup = shown.section.setup
    shown.choose("Brave Search")
    assert setup.key.isVisible() and not setup.address.isVisible()
    qtbot.keyClicks(setup.key.field, "two words")
    press(setup, "Save the API key")
    qtbot.waitUntil(setup.complaint.isVisible)
    setup.key.field.clear()
    qtbot.keyClicks(setup.key.field, "key-1")
    qtbot.keyClick(setup.key.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: setup.key.is_kept)
    assert setup.key.field.text() == "" and not setup.complaint.isVisible()
    assert "this system has no keyring" in setup.key.state.text()
    shown.choose("Tavily")
    qtbot.waitUntil(lambda: not setup.key.is_kept)
    shown.choose("Brave Search")
    qtbot.waitUntil(lambda: setup.key.is_kept)
    press(setup, "Delete the API key")
    qtbot.waitUntil(lambda: not setup.key.is_kept)
    assert shown.searches.key_place("brave") == ""
    shown.choose("Off")
    assert not setup.isVisible()


def test_what_a_trial_of_another_address_says_is_not_shown(
    shown: Shown, qtbot: QtBot, server: SearchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = shown.section.setup
    shown.choose("SearXNG")
    setup.address.enter(server.url)
    qtbot.waitUntil(lambda: shown.settings.current.searxng_url == server.url)
    late = Late(monkeypatch, shown.searches, "check")
    press(setup, "Search for one word to test it")
    qtbot.waitUntil(lambda: late.is_asked)
    setup.address.enter("http://127.0.0.1:1")
    qtbot.waitUntil(lambda: shown.settings.current.searxng_url.endswith(":1"))
    assert setup.test.isEnabled() and setup.result.text() == ""
    late.let_go(qtbot.waitUntil)
    assert setup.result.text() == "" and not setup.complaint.isVisible()
