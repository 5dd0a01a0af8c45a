"""Proxies, certificates, and ending what waits."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.hub.access import HubAccess
from engine.hub.transfer.connections import HttpConnections
from engine.hub.transfer.transient import Trouble
from engine.hub.transfer.values import Limits
from engine.net.pools import proxy_for
from tests.engine.hub.transfer.pulling import error_of
from tests.support.servers.certificates import server_context

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"
# Far longer than a test may take: what waits so long is ended by something else.
LIMITS = Limits(connect_seconds=600, stall_seconds=600)


@pytest.fixture(autouse=True)
def no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


class OneAnswer:
    """A server that answers one request with what it is told, and keeps the connection open until it is closed."""

    def __init__(self, answer: bytes, context: ssl.SSLContext | None = None) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._answer, self._context = answer, context
        self._over = threading.Event()
        self.request = b""
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        try:
            connection, _ = self._listening.accept()
            with connection:
                if self._context is not None:
                    connection = self._context.wrap_socket(connection, server_side=True)
                with connection:
                    while b"\r\n\r\n" not in self.request and (data := connection.recv(4096)):
                        self.request += data
                    connection.sendall(self._answer)
                    self._over.wait(600)
        except OSError:
            pass

    def close(self) -> None:
        self._over.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()


@contextmanager
def serving(answer: bytes, context: ssl.SSLContext | None = None) -> Iterator[OneAnswer]:
    server = OneAnswer(answer, context)
    try:
        yield server
    finally:
        server.close()


@contextmanager
def connections(proxy: str = "", certificates: str = "") -> Iterator[HttpConnections]:
    opened = HttpConnections(HubAccess("https://hub.example", proxy, certificates), LIMITS)
    try:
        yield opened
    finally:
        opened.close()


def test_a_body_is_read_to_its_end() -> None:
    with serving(ANSWER) as server, connections() as opened:
        response = opened.get(f"http://127.0.0.1:{server.port}/a?b=c", {"Range": "bytes=0-4"})
        assert (response.status, response.headers.get("content-length")) == (200, "5")
        assert (response.read(100), response.read(100)) == (b"hello", b"")
        response.close()
    assert server.request.startswith(b"GET /a?b=c HTTP/1.1\r\n")
    assert b"Range: bytes=0-4\r\n" in server.request


def test_little_is_not_waited_for_until_it_is_complete() -> None:
    with serving(HALF) as server, connections() as opened:
        response = opened.get(f"http://127.0.0.1:{server.port}/", {})
        assert response.read(16 * 1024) == b"he"
        response.close()


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_who_waits_for_bytes_can_be_woken(tmp_path: Path, secure: bool) -> None:
    context, ca = server_context(tmp_path)
    scheme = "https" if secure else "http"
    with serving(HALF, context if secure else None) as server, connections(certificates=str(ca)) as opened:
        response = opened.get(f"{scheme}://127.0.0.1:{server.port}/", {})
        threading.Timer(0.05, opened.abort).start()
        with pytest.raises(Trouble):
            while response.read(2**20):
                pass
        response.close()


def test_who_waits_for_an_answer_can_be_woken() -> None:
    with serving(b"") as server, connections() as opened:
        threading.Timer(0.05, opened.abort).start()
        with pytest.raises(Trouble):
            opened.get(f"http://127.0.0.1:{server.port}/", {})


def test_after_the_end_nothing_begins() -> None:
    with serving(ANSWER) as server, connections() as opened:
        opened.abort()
        with pytest.raises(Trouble):
            opened.get(f"http://127.0.0.1:{server.port}/", {}).read(100)


def test_an_authority_of_ones_own_is_trusted_when_it_is_named(tmp_path: Path) -> None:
    context, ca = server_context(tmp_path)
    with serving(ANSWER, context) as server, connections(certificates=str(ca)) as opened:
        response = opened.get(f"https://127.0.0.1:{server.port}/", {})
        assert response.read(100) == b"hello"
        response.close()
    with serving(ANSWER, context) as server, connections() as opened:
        with pytest.raises(Trouble) as raised:
            opened.get(f"https://127.0.0.1:{server.port}/", {})
        assert raised.value.error.code == "download.certificate"


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_certificates_that_are_none_are_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "own.pem"
    if content is not None:
        path.write_bytes(content)
    with connections(certificates=str(path)) as opened:
        error = error_of(lambda: opened.get("https://hub.example/", {}))
    assert error.code == "hub.bad_certificates"


def test_a_proxy_gets_the_address_and_its_own_password() -> None:
    with serving(ANSWER) as proxy, connections(proxy=f"http://me:s%40cret@127.0.0.1:{proxy.port}") as opened:
        response = opened.get("http://hub.example/a", {})
        assert response.read(100) == b"hello"
        response.close()
    assert proxy.request.startswith(b"GET http://hub.example/a HTTP/1.1\r\n")
    assert b"\r\nproxy-authorization: Basic bWU6c0BjcmV0\r\n" in proxy.request


def test_through_a_proxy_the_hub_sees_no_more_than_without() -> None:
    refusal = b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"
    with serving(refusal) as proxy, connections(proxy=f"http://127.0.0.1:{proxy.port}") as opened:
        with pytest.raises(Trouble) as raised:
            opened.get("https://hub.example/a", {"Authorization": "Bearer hf_secret"})
        assert raised.value.error.code == "download.proxy"
    assert proxy.request.startswith(b"CONNECT hub.example:443 HTTP/1.")
    assert b"hf_secret" not in proxy.request


@pytest.mark.parametrize(
    ("url", "chosen", "environment", "proxy"),
    [
        ("https://hub.example/a", "", {}, ""),
        ("https://hub.example/a", "", {"https_proxy": "http://p:1"}, "http://p:1"),
        ("http://hub.example/a", "", {"https_proxy": "http://p:1"}, ""),
        ("http://hub.example/a", "", {"all_proxy": "http://p:1"}, "http://p:1"),
        ("https://hub.example/a", "", {"HTTPS_PROXY": "p:1"}, "http://p:1"),
        ("https://hub.example/a", "http://mine:2", {"https_proxy": "http://p:1"}, "http://mine:2"),
        ("https://hub.example/a", "http://mine:2", {"no_proxy": "hub.example"}, ""),
        ("https://cdn.hub.example:8443/a", "http://mine:2", {"no_proxy": ".hub.example"}, ""),
        ("https://hub.example/a", "http://mine:2", {"no_proxy": "*"}, ""),
        ("https://hub.example/a", "http://mine:2", {"no_proxy": "example.com"}, "http://mine:2"),
        ("http://127.0.0.1:8080/a", "http://mine:2", {"no_proxy": "localhost,127.0.0.1"}, ""),
    ],
)
def test_the_proxy_is_the_chosen_or_the_systems(
    monkeypatch: pytest.MonkeyPatch, url: str, chosen: str, environment: dict[str, str], proxy: str
) -> None:
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    assert proxy_for(url, chosen) == proxy


@pytest.mark.parametrize("proxy", ["socks5://p:1", "ftp://p:1", "http://", "http://[p", "http://p:99999"])
def test_what_is_no_proxy_is_told(proxy: str) -> None:
    assert error_of(lambda: proxy_for("https://hub.example/", proxy)).code == "hub.bad_proxy"
