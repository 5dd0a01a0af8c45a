"""`coterie web-search`, and a search of `coterie chat`."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.servers.openai_script import by_turn, call, say
from tests.support.servers.openai_server import OpenAiServer
from tests.support.servers.search_server import SearchServer, search_server


@pytest.fixture
def command(coterie_home: Path) -> Command:
    return Command(coterie_home, "http://127.0.0.1:9")


@pytest.fixture
def server() -> Iterator[SearchServer]:
    with search_server() as made:
        yield made


def test_a_provider_is_chosen_tried_and_removed(command: Command, server: SearchServer) -> None:
    assert command.here("web-search", "show", "--json").last == {"provider": "", "url": "", "key": ""}
    refused = command.here("web-search", "use", "searxng", "--json")
    assert (refused.code, refused.last["error"]["code"]) == (1, "web_search.no_url")
    used = command.here("web-search", "use", "searxng", "--url", server.url)
    assert (used.code, used.out.strip()) == (0, f"Web search uses SearXNG ({server.url}).")
    assert command.here("web-search", "test", "--json").last == {"query": "wikipedia", "found": 2}
    assert command.here("web-search", "remove").code == 0
    assert command.here("web-search", "test").sentence.startswith("Web search isn’t set up.")


def test_a_key_is_read_and_where_there_is_no_keyring_said_not_to_be_kept(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("key-1\n"))
    ran = command.here("web-search", "key", "tavily")
    assert ran.code == 1 and "no keyring" in ran.err and "key-1" not in ran.out + ran.err
    assert "needs an API key" in command.here("web-search", "use", "tavily").err


def test_a_chat_searches_after_a_yes_and_prints_what_it_cites(
    command: Command, server: SearchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command.here("chat", "Hi", "--web").sentence.startswith("Web search isn’t set up.")
    command.here("web-search", "use", "searxng", "--url", server.url)
    with OpenAiServer(by_turn(call("web_search", {"query": "rust"}), say("A new book [1]."))) as model:
        monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
        ran = command.here("chat", "What is new?", "--web", "--model", model.model)
    assert ran.code == 0, ran.err
    assert "Search the web for this?" in ran.err and f"  {server.url}\n  rust\n" in ran.err
    assert ran.out == "A new book [1].\n" and "[1] https://doc.rust-lang.org/book/?page=2" in ran.err
