"""Choosing a provider of web search, its key, and a search with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.tools.web_search.providers import PROVIDERS
from app.services.connections.web_search import WebSearches, checked_address
from app.services.settings.secrets import Secrets
from app.services.settings.settings import SettingsFile
from engine.errors import UserError
from tests.support.servers.search_server import SearchServer, search_server


@pytest.fixture
def server() -> Iterator[SearchServer]:
    with search_server() as made:
        yield made


@pytest.fixture
def searches(coterie_home: Path) -> WebSearches:
    return WebSearches(SettingsFile(coterie_home / "settings.toml"), Secrets())


def test_it_is_off_until_a_provider_is_chosen(searches: WebSearches, server: SearchServer) -> None:
    assert (searches.chosen, searches.url, searches.is_on) == (None, "", False)
    with pytest.raises(UserError, match=r"web_search\.off"):
        searches.search("x", 3)
    searches.choose("searxng", f"{server.url}/search?q=x")
    assert (searches.url, searches.is_on, searches.check()) == (server.url, True, 2)
    searches.choose("")
    assert not searches.is_on
    searches.choose("searxng")
    assert searches.url == server.url, "the address of one's own server is kept"


@pytest.mark.parametrize(
    ("provider", "url", "code"),
    [
        ("searxng", "", "web_search.no_url"),
        ("searxng", "ftp://x", "web_search.bad_url"),
        ("searxng", "https://me:secret@x.example", "web_search.bad_url"),
        ("googol", "", "web_search.no_provider"),
    ],
)
def test_what_cannot_be_used_is_refused_and_changes_nothing(
    searches: WebSearches, provider: str, url: str, code: str
) -> None:
    with pytest.raises(UserError) as caught:
        searches.choose(provider, url)
    assert caught.value.code == code and "secret" not in str(caught.value)
    assert not searches.is_on


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("http://localhost:8080/", "http://localhost:8080"),
        ("searx.example/search?q=a", "https://searx.example"),
        ("https://x.example/searx/", "https://x.example/searx"),
    ],
)
def test_an_address_is_taken_as_it_is_copied(typed: str, base: str) -> None:
    assert checked_address(typed) == base


def test_a_key_goes_to_its_provider_alone_and_is_gone_once_it_is_removed(
    coterie_home: Path, server: SearchServer
) -> None:
    import msgspec

    near = [msgspec.structs.replace(each, url=server.url) if each.url else each for each in PROVIDERS]
    searches = WebSearches(SettingsFile(coterie_home / "settings.toml"), Secrets(), near)
    searches.choose("brave")
    with pytest.raises(UserError, match=r"web_search\.no_key"):
        searches.search("x", 3)
    assert not searches.keep_key("brave", " key-1 \n"), "there is no keyring here, so it is for this session"
    assert (searches.key_place("brave"), searches.key_place("tavily")) == ("session", "")
    assert len(searches.search("x", 3)) == 2
    assert server.asked[-1].headers["x-subscription-token"] == "key-1"
    searches.choose("searxng", server.url)
    searches.search("x", 3)
    assert "key-1" not in str(server.asked[-1])
    for key in ("", "two words", "ключ"):
        with pytest.raises(UserError, match=r"remote\.bad_key"):
            searches.keep_key("brave", key)
    with pytest.raises(UserError, match=r"web_search\.takes_no_key"):
        searches.keep_key("searxng", "x")
    searches.remove()
    assert (searches.key_place("brave"), searches.is_on) == ("", False)
    assert "key-1" not in (coterie_home / "settings.toml").read_text()
