"""Each provider is asked in its own way, and whatever its server does ends in results or in one reason."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from agents.tools.web_search import asking
from agents.tools.web_search.asking import MOST_BYTES, Server
from agents.tools.web_search.providers import PROVIDERS, Provider
from agents.tools.web_search.results import Result
from engine.errors import UserError
from engine.remote.access import RemoteAccess
from tests.support.servers.search_server import Asked, Reply, SearchServer, search_server

KEY = "secret-key"
FOUND = (
    Result("Rust book", "https://doc.rust-lang.org/book/?page=2", "Learn & build things."),
    Result("Crates", "http://crates.io/", ""),
)
each_provider = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda each: each.id)


@pytest.fixture
def server() -> Iterator[SearchServer]:
    with search_server() as made:
        yield made


def ask(
    provider: Provider, server: SearchServer, query: str = "rust book", most: int = 5
) -> tuple[Result, ...]:
    access = RemoteAccess(lambda: KEY if provider.needs_key else "", header=provider.key_header)
    return provider.search(Server(server.url, access, lambda: False), server.url, query, most)


def failed(provider: Provider, server: SearchServer, *replies: Reply) -> UserError:
    (reply,) = replies
    server.reply = lambda _: reply
    with pytest.raises(UserError) as caught:
        ask(provider, server)
    assert KEY not in str(caught.value)
    return caught.value


@each_provider
def test_a_provider_is_asked_as_its_documentation_says(provider: Provider, server: SearchServer) -> None:
    assert ask(provider, server) == FOUND
    (asked,) = server.asked
    headers = {name: asked.headers.get(name, "") for name in ("authorization", "x-subscription-token")}
    expected: dict[str, tuple[str, dict[str, str], object, tuple[str, str]]] = {
        "searxng": ("/search", {"q": "rust book", "format": "json"}, None, ("", "")),
        "brave": (
            "/res/v1/web/search",
            {"q": "rust book", "count": "5", "text_decorations": "false"},
            None,
            ("", KEY),
        ),
        "tavily": ("/search", {}, {"query": "rust book", "max_results": 5}, (f"Bearer {KEY}", "")),
    }
    assert (asked.path, asked.query, asked.body, tuple(headers.values())) == expected[provider.id]


@each_provider
@pytest.mark.parametrize(
    "body", [b"{}", b'{"results": null, "web": 3}', b"[]", b'"x"', b'{"results": [3, {}]}']
)
def test_what_holds_no_results_is_none(provider: Provider, server: SearchServer, body: bytes) -> None:
    server.reply = lambda _: Reply(body=body)
    assert ask(provider, server) == ()


@each_provider
@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(body=b"<!doctype html><title>Log in</title>"), "web_search.not_json"),
        (Reply(body=b"[" * 100_000), "web_search.not_json"),
        (Reply(302, headers={"Location": "https://elsewhere.example/"}), "remote.redirected"),
        (
            Reply(401, b'{"detail": {"error": "Unauthorized: missing or invalid API key."}}'),
            "web_search.key_refused",
        ),
        (Reply(404, b"nothing"), "web_search.not_found"),
        (Reply(429, b"{}"), "web_search.too_many"),
        (Reply(500, b"oops"), "web_search.server_failed"),
        (Reply(418, b'{"error": "no"}'), "web_search.refused"),
        (Reply(body=b'{"x": "' + b"a" * MOST_BYTES + b'"}'), "web_search.too_long"),
    ],
    ids=lambda each: each if isinstance(each, str) else str(each.status),
)
def test_a_server_that_does_otherwise_is_one_reason(
    provider: Provider, server: SearchServer, reply: Reply, code: str
) -> None:
    error = failed(provider, server, reply)
    assert (error.code, error.params["host"]) == (code, server.url.removeprefix("http://"))


@each_provider
def test_a_server_that_says_when_to_come_back_is_told_with_the_time(
    provider: Provider, server: SearchServer
) -> None:
    error = failed(provider, server, Reply(429, b"{}", {"Retry-After": "7"}))
    assert (error.code, error.params["seconds"]) == ("web_search.wait", 7)


@pytest.mark.parametrize(
    ("name", "reply", "code"),
    [
        ("searxng", Reply(403, b"Forbidden"), "web_search.no_json"),
        ("brave", Reply(403, b"{}"), "web_search.key_refused"),
        (
            "brave",
            Reply(422, b'{"error": {"detail": "The provided subscription token is invalid."}}'),
            "web_search.key_refused",
        ),
        ("brave", Reply(402, b"{}"), "web_search.used_up"),
        ("tavily", Reply(432, b'{"detail": {"error": "limit"}}'), "web_search.used_up"),
        ("tavily", Reply(433, b"{}"), "web_search.used_up"),
    ],
)
def test_what_only_one_provider_says(server: SearchServer, name: str, reply: Reply, code: str) -> None:
    provider = next(each for each in PROVIDERS if each.id == name)
    assert failed(provider, server, reply).code == code


def test_brave_is_asked_no_more_than_it_takes(server: SearchServer) -> None:
    brave = next(each for each in PROVIDERS if each.id == "brave")
    ask(brave, server, "word " * 80, 40)
    (asked,) = server.asked
    assert len(asked.query["q"].split()) == 50 and asked.query["count"] == "20"


@each_provider
def test_a_search_ends_when_it_is_stopped_or_takes_too_long(
    provider: Provider, server: SearchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.held.clear()
    access = RemoteAccess()
    with pytest.raises(UserError, match=r"web_search\.stopped"):
        provider.search(Server(server.url, access, lambda: bool(server.asked)), server.url, "x", 3)
    monkeypatch.setattr(asking, "SECONDS", 0.0)
    with pytest.raises(UserError, match=r"web_search\.silent"):
        provider.search(Server(server.url, access, lambda: False), server.url, "x", 3)


def test_nobody_there_is_a_reason() -> None:
    with socket.socket() as taken:  # bound, and listens to nobody
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(UserError, match=r"remote\.unreachable"):
            PROVIDERS[0].search(Server(url, RemoteAccess(), lambda: False), url, "x", 3)


def test_words_go_unencrypted_to_no_server_that_is_not_near(
    server: SearchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.remote.http.is_near", lambda _: False)
    with pytest.raises(UserError, match=r"web_search\.insecure"):
        ask(PROVIDERS[0], server)
    assert server.asked == []


def test_what_is_answered_is_read_as_json_alone(server: SearchServer) -> None:
    def results(asked: Asked) -> Reply:
        return Reply(
            body=json.dumps({"results": [{"url": "https://a.example/", "title": asked.query["q"]}]}).encode()
        )

    server.reply = results
    (found,) = ask(PROVIDERS[0], server, "한국어 & more?")
    assert found.title == "한국어 & more?"
