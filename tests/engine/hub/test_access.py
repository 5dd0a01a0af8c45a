"""The way to the hub, and who may see the token."""

import logging
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from engine.errors import UserError
from engine.hub.access import HUB, HubAccess, hub_access, origin
from engine.hub.client import Hub
from engine.hub.values import Query
from tests.support.hub import Fault, HubRepo, MemoryContent
from tests.support.hub import Hub as FakeHub
from tests.support.hub.shelves import private_repository

TOKEN = "hf_" + "SecretOfTheTest" * 2
OpenHub = Callable[..., Hub]


def test_the_environment_counts_before_the_settings_and_both_before_the_hub() -> None:
    assert hub_access(environ={}).endpoint == HUB
    assert hub_access("https://mirror.test/", environ={}).endpoint == "https://mirror.test"
    given = {"HF_ENDPOINT": " http://127.0.0.1:9/hf/ "}
    assert hub_access("https://mirror.test", environ=given).endpoint == "http://127.0.0.1:9/hf"


@pytest.mark.parametrize(
    "address",
    [
        "mirror.test",
        "ftp://mirror.test",
        "https://",
        "https://a b",
        "https://u:p@mirror.test",
        "http://x:99999",
        "http://[::1",
        "http://a?b=c",
    ],
)
def test_what_is_no_address_of_a_server_is_refused(address: str) -> None:
    with pytest.raises(UserError) as caught:
        hub_access(address, environ={})
    assert (caught.value.code, caught.value.params) == ("hub.bad_endpoint", {})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://hub.test/a", "HTTPS://HUB.test:443/b", True),
        ("https://hub.test", "http://hub.test", False),
        ("https://hub.test", "https://hub.test:8443", False),
        ("https://hub.test", "https://cdn.hub.test", False),
        ("https://hub.test", "https://hub.test.evil.test", False),
        ("https://hub.test", "https://hub.test@evil.test", False),
    ],
)
def test_origins_are_scheme_host_and_port(one: str, other: str, same: bool) -> None:
    assert (origin(one) == origin(other)) is same


def carried(access: HubAccess, url: str, answer: Callable[[httpx2.Request], httpx2.Response]) -> list[str]:
    """The Authorization of each request that a `get` of `url` makes."""
    seen: list[str] = []

    def transport(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.headers.get("Authorization", ""))
        return answer(request)

    with access.http() as http:
        http._transport = httpx2.MockTransport(transport)
        http.get(url, headers={"Authorization": "Bearer somebody-else"})
    return seen


@pytest.mark.parametrize(
    "url",
    [
        "http://hub.test/file",
        "https://hub.test:8443/file",
        "https://cdn.test/file",
        "https://hub.test.evil.test/",
        "https://hub.test@evil.test/",
        "https://evil.test/https://hub.test/",
    ],
)
def test_only_the_endpoint_is_told_the_token(url: str) -> None:
    access = HubAccess("https://hub.test", token=lambda: TOKEN)
    assert carried(access, url, lambda _: httpx2.Response(200)) == [""]
    assert carried(access, "https://hub.test/x", lambda _: httpx2.Response(200)) == [f"Bearer {TOKEN}"]


def test_a_redirect_takes_the_token_along_only_within_the_endpoint() -> None:
    ways = {"/a": "/b", "/b": "http://hub.test/c", "/c": "https://hub.test/d", "/d": "https://cdn.test/e"}

    def answer(request: httpx2.Request) -> httpx2.Response:
        way = ways.get(request.url.path)
        return httpx2.Response(302, headers={"Location": way}) if way else httpx2.Response(200)

    mine = f"Bearer {TOKEN}"
    access = HubAccess("https://hub.test", token=lambda: TOKEN)
    assert carried(access, "https://hub.test/a", answer) == [mine, mine, "", mine, ""]


def test_the_next_token_counts_at_once() -> None:
    tokens = [TOKEN]
    access = HubAccess("https://hub.test", token=lambda: tokens[0])
    ok: Callable[[httpx2.Request], httpx2.Response] = lambda _: httpx2.Response(200)  # noqa: E731
    assert carried(access, "https://hub.test/", ok) == [f"Bearer {TOKEN}"]
    tokens[0] = ""
    assert carried(access, "https://hub.test/", ok) == [""]


@pytest.mark.parametrize("token", [f"{TOKEN}\nX-Other: 1", f"{TOKEN} x", f"{TOKEN}é", "\0"])
def test_a_token_that_cannot_be_sent_is_not_repeated(token: str) -> None:
    with (
        pytest.raises(UserError) as caught,
        HubAccess("https://hub.test", token=lambda: token).http() as http,
    ):
        http.get("https://hub.test/")
    assert (caught.value.code, caught.value.params) == ("hub.bad_token", {})


@pytest.mark.parametrize("proxy", ["ftp://user:pass@proxy.test", "socks5://u:pass@proxy.test:1", "proxy"])
def test_a_proxy_that_cannot_be_used_is_said_without_its_password(proxy: str) -> None:
    with pytest.raises(UserError) as caught:
        HubAccess(proxy=proxy).http()
    assert (caught.value.code, caught.value.params) == ("hub.bad_proxy", {})


def test_a_proxy_that_is_not_there_is_told_as_such(open_hub: OpenHub) -> None:
    with pytest.raises(UserError) as caught:
        open_hub("http://hub.test", proxy="http://user:pass@127.0.0.1:1").repository("acme/tiny")
    assert caught.value.code == "hub.proxy"
    assert "pass" not in str(caught.value)


def test_requests_go_by_the_proxy_of_the_settings(hub: FakeHub, open_hub: OpenHub) -> None:
    """A plain HTTP proxy is asked with the whole address, which the fake hub takes for a path it does not have."""
    with pytest.raises(UserError):
        open_hub("http://hub.test", proxy=hub.address).repository("acme/tiny")
    assert [request.path for request in hub.log] == ["http://hub.test/api/models/acme/tiny"] or len(
        hub.log
    ) == 1


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificates_that_cannot_be_used_are_said_so(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "company.pem"
    if content:
        path.write_text(content)
    with pytest.raises(UserError) as caught:
        HubAccess(certificates=str(path)).http()
    assert caught.value.code == "hub.bad_certificates"
    assert caught.value.params["path"] == str(path)


@pytest.fixture
def tls_server(tmp_path: Path) -> object:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
         "2", "-keyout", key, "-out", certificate, "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    import http.server

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"[]")

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}", str(certificate)
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_company_certificate_is_trusted_once_it_is_chosen(
    tls_server: tuple[str, str], open_hub: OpenHub
) -> None:
    address, certificate = tls_server
    with pytest.raises(UserError) as caught:
        list(open_hub(address).search(Query()))
    assert (caught.value.code, caught.value.params) == ("hub.certificate", {"host": "127.0.0.1"})
    assert list(open_hub(address, certificates=certificate).search(Query())) == []


def test_offline_nobody_is_asked(hub: FakeHub, open_hub: OpenHub) -> None:
    offline = open_hub(hub, offline=True)
    asked: list[Callable[[], object]] = [
        lambda: list(offline.search(Query())),
        lambda: offline.repository("acme/tiny"),
        lambda: offline.card("acme/tiny", "main"),
        lambda: offline.locate("acme/tiny", "main", "x.gguf"),
        lambda: offline.whoami(TOKEN),
    ]
    for ask in asked:
        with pytest.raises(UserError) as caught:
            ask()
        assert caught.value.code == "hub.offline"
    assert len(hub.log) == 0


def test_the_token_is_in_no_text_and_no_log(
    hub: FakeHub, open_hub: OpenHub, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    hub.account(TOKEN, "me")
    hub.shelf.add(
        private_repository(), HubRepo("acme/tiny", {"a.gguf": MemoryContent(b"GGUF")}, gated="auto")
    )
    caplog.set_level(logging.DEBUG)
    access = HubAccess(hub.address, token=lambda: TOKEN)
    texts = [repr(access), str(access)]
    with Hub(access) as mine:
        assert mine.whoami(TOKEN) == "me"
        found = mine.repository("demo/Private-1B-GGUF")
        mine.locate(found.model.repo, found.commit, found.variants[0].files[0].path)
        list(mine.search(Query()))
        texts += [repr(mine), repr(mine.http), repr(found)]
        failing: list[Callable[[], object]] = [
            lambda: mine.whoami("hf_" + "WrongSecretOfTheTest"),
            lambda: mine.repository("acme/none"),
            lambda: mine.repository("demo/Private-1B-GGUF"),
            lambda: mine.whoami(TOKEN),
        ]
        hub.fault(Fault("garbage", "demo/*", on="api"), Fault("garbage", "whoami", on="api"))
        for fail in failing:
            with pytest.raises(UserError) as caught:
                fail()
            error: BaseException | None = caught.value
            while error is not None:
                texts += [str(error), repr(error)]
                error = error.__cause__
    out, err = capfd.readouterr()
    for text in (*texts, caplog.text, out, err):
        assert "SecretOfTheTest" not in text
    assert any(request.authorization == f"Bearer {TOKEN}" for request in hub.log)
