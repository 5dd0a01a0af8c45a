"""The proxy lets through what is on the list, to the host that was named and checked, and nothing else."""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("the proxy listens in a file", allow_module_level=True)

from agents.network import proxy as proxies
from agents.network.proxy import Proxy
from agents.network.upstream import Upstream
from agents.permissions.hosts import allowed, rules_of
from agents.tools.function_tool import ToolTrouble
from agents.tools.web.download import THE_WEB, Web
from tests.support.agents.servers.registry import Leading, Registry, registry

NAME = "registry.example.org"


class House:
    """A proxy for `rules`, before a server that goes by NAME and other.example.org."""

    def __init__(
        self, path: Path, plain: Registry, secure: Registry, authority: Path, rules: list[str]
    ) -> None:
        self.path, self.plain, self.secure, self.authority = path, plain, secure, authority
        self.rules = rules
        names = (NAME, "other.example.org", "xn--rksmrgs-5wao1o.example.org")
        ports = {(name, port): server.port for name in names for port, server in ((80, plain), (443, secure))}
        self.upstream = Leading(ports | {(NAME, 8443): secure.port}, {"inside.example.org": ["10.0.0.7"]})
        self.reached: list[str] = []
        self.refused: list[str] = []

    def may(self, host: str, port: int) -> bool:
        if allowed(rules_of(self.rules), host, port):
            return True
        self.refused.append(f"{host}:{port}")
        return False

    def open(self) -> socket.socket:
        opened = socket.socket(socket.AF_UNIX)
        opened.connect(str(self.path))
        opened.settimeout(20)
        return opened

    def said(self, request: bytes) -> bytes:
        """All that comes back."""
        with self.open() as opened:
            opened.sendall(request)
            return read_all(opened)

    def tunnelled(self, host: str, named: str | None = None, port: int = 443) -> bytes:
        """A page through a tunnel to `host`, whose TLS asks for `named`."""
        with self.open() as opened:
            opened.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
            answer = opened.recv(4096)
            if b" 200 " not in answer:
                return answer + read_all(opened)
            context = ssl.create_default_context(cafile=self.authority)
            context.check_hostname = False
            name = host.rstrip(".").encode("idna").decode() if named is None else named
            with context.wrap_socket(opened, server_hostname=name or None) as wrapped:
                wrapped.sendall(b"GET /page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return read_all(wrapped)


def read_all(opened: socket.socket) -> bytes:
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := opened.recv(65536):
            found += piece
    return found


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    names = (NAME, "other.example.org", "xn--rksmrgs-5wao1o.example.org")
    (tmp_path / "tls").mkdir()
    with (
        registry(tmp_path, tls=False) as (plain, _),
        registry(tmp_path / "tls", *names) as (secure, authority),
    ):
        made = House(tmp_path / "proxy", plain, secure, authority, [NAME])
        plain.pages["/page"] = secure.pages["/page"] = b"a page"
        running = Proxy(made.path, made.may, lambda host, port: made.reached.append(host), made.upstream)
        try:
            yield made
        finally:
            running.close()


def get(url: str, *lines: str) -> bytes:
    return "\r\n".join((f"GET {url} HTTP/1.1", *lines, "", "")).encode()


def test_a_listed_host_is_reached_by_both_ways(house: House) -> None:
    assert house.tunnelled(NAME).endswith(b"a page")
    assert house.said(get(f"http://{NAME}/page?x=1", f"Host: {NAME}")).endswith(b"a page")
    assert house.plain.asked == [("GET", NAME, "/page?x=1", b"")]
    assert house.reached == [NAME, NAME]


@pytest.mark.parametrize(
    "host",
    ["REGISTRY.Example.ORG", f"{NAME}."],
)
def test_other_spellings_of_a_listed_host_are_the_same(house: House, host: str) -> None:
    assert house.tunnelled(host, NAME).endswith(b"a page")
    assert house.said(get(f"http://{host}/page", f"Host: {host}")).endswith(b"a page")
    assert set(house.upstream.resolved) == {NAME}


def test_a_name_of_other_letters_is_that_of_its_ascii_form(house: House) -> None:
    house.rules.append("räksmörgås.example.org")
    assert house.tunnelled("räksmörgås.example.org").endswith(b"a page")
    assert house.tunnelled("xn--rksmrgs-5wao1o.example.org").endswith(b"a page")


def test_a_host_that_is_not_listed_is_refused_by_name_and_not_looked_up(house: House) -> None:
    line = b"other.example.org is not on the list of allowed hosts"
    for answer in (house.tunnelled("other.example.org"), house.said(get("http://other.example.org/"))):
        assert answer.startswith(b"HTTP/1.1 403 " + line) and answer.endswith(line + b".\n")
    assert house.refused == ["other.example.org:443", "other.example.org:80"]
    assert house.upstream.resolved == [] and house.reached == []


def test_a_host_that_is_allowed_later_is_reached_without_a_new_proxy(house: House) -> None:
    assert house.tunnelled("other.example.org").startswith(b"HTTP/1.1 403")
    house.rules.append("*.example.org")
    assert house.tunnelled("other.example.org").endswith(b"a page")
    house.rules.clear()
    assert house.tunnelled(NAME).startswith(b"HTTP/1.1 403")


@pytest.mark.parametrize(
    "host",
    "127.0.0.1 93.184.215.14 [::1] [2606:2800:21f::1] [::ffff:10.0.0.1] 2130706433 0x7f.1 0x7f000001 1.2.3 localhost "
    "169.254.169.254 １２７.0.0.1".split(),
)
def test_addresses_are_refused_however_they_are_written(house: House, host: str) -> None:
    house.rules.append("*.0.1")
    for answer in (house.tunnelled(host, NAME), house.said(get(f"http://{host}/"))):
        assert answer.startswith(b"HTTP/1.1 403"), answer
    assert house.upstream.connected == []


def test_a_listed_name_that_leads_into_a_private_network_is_refused(house: House) -> None:
    house.rules.append("inside.example.org")
    for answer in (house.tunnelled("inside.example.org"), house.said(get("http://inside.example.org/"))):
        assert answer.startswith(b"HTTP/1.1 403") and b"private network" in answer
    assert house.upstream.connected == []


def test_a_name_is_looked_up_once_and_the_checked_address_is_connected_to(tmp_path: Path) -> None:
    """A name server that answers a public address first, and one of this machine from then on."""
    answers = [["93.184.215.14"], ["127.0.0.1"]]
    asked: list[list[str]] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(answers.pop(0))
        return asked[-1]

    connected: list[str] = []

    class Noting(Upstream):
        def _connected(self, addresses: list[str], port: int, host: str) -> socket.socket:
            connected.extend(addresses)
            raise OSError

    upstream = Noting(Web(resolve, THE_WEB.allowed, THE_WEB.trust), lambda url: "")
    running = Proxy(tmp_path / "proxy", lambda host, port: True, lambda host, port: None, upstream)
    try:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.connect(str(tmp_path / "proxy"))
            opened.sendall(get("http://rebinding.example.org/"))
            read_all(opened)
    finally:
        running.close()
    assert connected == ["93.184.215.14"] and len(asked) == 1


@pytest.mark.parametrize("port", [22, 25, 8080, 8443, 80])
def test_a_tunnel_leads_to_the_port_of_https_unless_another_is_listed(house: House, port: int) -> None:
    assert house.tunnelled(NAME, port=port).startswith(b"HTTP/1.1 403")
    if port != 80:
        assert house.refused == [f"{NAME}:{port}"]


def test_a_port_is_listed_with_its_host(house: House) -> None:
    house.rules[:] = [f"{NAME}:8443"]
    assert house.tunnelled(NAME, port=8443).endswith(b"a page")
    assert house.tunnelled(NAME).startswith(b"HTTP/1.1 403")


@pytest.mark.parametrize("named", ["other.example.org", "", f"x.{NAME}"])
@pytest.mark.parametrize("port", [443, 8443])
def test_tls_for_another_host_than_the_tunnels_is_cut_off(house: House, named: str, port: int) -> None:
    house.rules.append(f"{NAME}:8443")
    with pytest.raises((ssl.SSLError, OSError)):
        house.tunnelled(NAME, named, port)
    assert house.secure.asked == [] and house.reached == []


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-x\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\xff\xff" + b"\1" * 70_000,
        b"\x16\3",
    ],
)
def test_a_tunnel_of_https_carries_nothing_but_tls(house: House, said: bytes) -> None:
    with house.open() as opened:
        opened.sendall(f"CONNECT {NAME}:443 HTTP/1.1\r\n\r\n".encode() + said)
        with contextlib.suppress(OSError):
            opened.shutdown(socket.SHUT_WR)
        assert read_all(opened) == b"HTTP/1.1 200 Connection established\r\n\r\n"
    assert house.reached == []


def test_a_second_request_with_another_host_is_not_passed_on(house: House) -> None:
    second = get("http://other.example.org/page", "Host: other.example.org")
    answer = house.said(get(f"http://{NAME}/page", f"Host: {NAME}", "Connection: keep-alive") + second)
    assert answer.count(b"HTTP/1.1") == 1
    assert [host for _, host, _, _ in house.plain.asked] == [NAME]


def post(*lines: str, body: bytes) -> bytes:
    return "\r\n".join((f"POST http://{NAME}/up HTTP/1.1", *lines, "", "")).encode() + body


def test_bodies_arrive_whole_and_nothing_behind_them(house: House) -> None:
    more = get("http://other.example.org/page")
    big = bytes(range(256)) * 3000
    assert house.said(post(f"Content-Length: {len(big)}", "Expect: 100-continue", body=big + more)).endswith(
        b"ok"
    )
    chunks = (
        b"".join(b"%x;a=b\r\n%b\r\n" % (len(piece), piece) for piece in (big[:70_000], b"x"))
        + b"0\r\nA: b\r\n\r\n"
    )
    assert house.said(post("Transfer-Encoding: chunked", body=chunks + more)).endswith(b"ok")
    assert [body for _, _, _, body in house.plain.asked] == [big, big[:70_000] + b"x"]


def test_what_is_for_the_proxy_alone_is_not_passed_on(house: House) -> None:
    fields = (
        "Proxy-Authorization: Basic eA==",
        "Proxy-Connection: keep-alive",
        "Connection: X-Own",
        "X-Own: 1",
        "Via: me",
    )
    house.said(get(f"http://{NAME}/page", *fields))
    assert {name.lower() for name, _ in house.plain.heads[0]} == {"host", "via", "connection"}


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nHost: registry.example.org\r\n\r\n",
        b"GET https://registry.example.org/ HTTP/1.1\r\n\r\n",
        b"GET ftp://registry.example.org/ HTTP/1.1\r\n\r\n",
        b"GET http://user@registry.example.org/ HTTP/1.1\r\n\r\n",
        b"GET http://other.example.org@registry.example.org/ HTTP/1.1\r\n\r\n",
        b"GET http://registry.example.org/ HTTP/1.1\r\nHost: other.example.org\r\n\r\n",
        b"GET http://registry.example.org/ HTTP/1.1\r\nHost: registry.example.org\r\nHost: other.example.org\r\n\r\n",
        b"GET http://registry.example.org/ HTTP/1.1\r\nHost : other.example.org\r\n\r\n",
        b"GET http://registry.example.org/ HTTP/1.1\r\n Host: other.example.org\r\n\r\n",
        b"GET http://registry.example.org/ HTTP/1.1\r\nA: b\nHost: other.example.org\r\n\r\n",
        b"GET http://registry.example.org/ HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET http://registry.example.org/ HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
        b"GET http://registry.example.org/ HTTP/1.1\r\nContent-Length: +3\r\n\r\n",
        b"GET http://registry.example.org/ HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"GET http://registry.example.org\\@other.example.org/ HTTP/1.1\r\n\r\n",
        b"GET  http://registry.example.org/ HTTP/1.1\r\n\r\n",
        b"GET http://registry.example.org:0x50/ HTTP/1.1\r\n\r\n",
        b"GET http:///page HTTP/1.1\r\n\r\n",
        b"CONNECT registry.example.org HTTP/1.1\r\n\r\n",
        b"CONNECT registry.example.org:443/ HTTP/1.1\r\n\r\n",
        b"CONNECT x@registry.example.org:443 HTTP/1.1\r\n\r\n",
        b"CONNECT registry.example.org:443:443 HTTP/1.1\r\n\r\n",
        b"CONNECT registry.example.org\0.evil.example:443 HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        b"\r\n\r\n",
        b"GET http://\xff\xfe/ HTTP/1.1\r\n\r\n",
    ],
)
def test_what_could_be_understood_in_two_ways_is_no_request(house: House, request_: bytes) -> None:
    assert house.said(request_).startswith(b"HTTP/1.1 400 ")
    assert house.reached == [] and house.upstream.resolved == []


def test_a_head_without_end_is_given_up_when_it_is_long(house: House) -> None:
    answer = house.said(b"GET http://registry.example.org/ HTTP/1.1\r\n" + b"A: b\r\n" * 6000)
    assert answer.startswith(b"HTTP/1.1 431 ")


def test_slow_clients_are_cut_off(house: House, tmp_path: Path) -> None:
    path = tmp_path / "short"
    running = Proxy(path, house.may, lambda host, port: None, house.upstream, head_seconds=0.5)
    try:
        with contextlib.ExitStack() as stack:
            slow = []
            for begun in (b"", b"CONNECT reg", f"CONNECT {NAME}:443 HTTP/1.1\r\n\r\n\x16\x03".encode()):
                opened = stack.enter_context(socket.socket(socket.AF_UNIX))
                opened.connect(str(path))
                opened.settimeout(20)
                opened.sendall(begun)
                slow.append(opened)
            for opened in slow:
                assert b"403" not in read_all(opened)
    finally:
        running.close()


def test_more_clients_than_there_is_room_for_are_served_in_their_turn(house: House) -> None:
    answers: list[bytes] = []

    def ask() -> None:
        answers.extend(house.said(get(f"http://{NAME}/page")) for _ in range(25))

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 300 and all(answer.endswith(b"a page") for answer in answers)


def test_idle_clients_take_no_more_room_than_there_is(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    idle = [house.open() for _ in range(proxies.MOST)]
    waiting = house.open()  # in the queue
    waiting.sendall(get(f"http://{NAME}/page"))
    for one in idle[:5]:
        one.close()
    assert read_all(waiting).endswith(b"a page")
    for one in (*idle, waiting):
        one.close()


def test_closing_ends_what_is_open(tmp_path: Path, house: House) -> None:
    running = Proxy(tmp_path / "second", house.may, lambda host, port: None, house.upstream)
    house.path = tmp_path / "second"
    idle = house.open()
    tunnel = house.open()
    tunnel.sendall(f"CONNECT {NAME}:443 HTTP/1.1\r\n\r\n".encode())
    assert b"200" in tunnel.recv(4096)
    running.close()
    for one in (idle, tunnel):
        assert read_all(one) == b""
        one.close()


def test_a_host_that_cannot_be_reached_is_told_with_its_name(house: House) -> None:
    house.rules.append("gone.example.org")
    for answer in (house.tunnelled("gone.example.org"), house.said(get("http://gone.example.org/"))):
        assert answer.startswith(b"HTTP/1.1 502 gone.example.org cannot be reached")


def test_a_companys_proxy_is_gone_through_with_the_persons_name(tmp_path: Path) -> None:
    """Names that this machine does not know are left to that proxy; those that lead inside are not."""
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for _ in range(3):
            with listener.accept()[0] as client:
                client.settimeout(20)
                heard.append(client.recv(4096))
                plain = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
                tunnel = (
                    b"HTTP/1.1 407 Who are you\r\n\r\n"
                    if b"denied" in heard[-1]
                    else b"HTTP/1.1 200 Yes\r\n\r\n"
                )
                client.sendall(tunnel if heard[-1].startswith(b"CONNECT") else plain)

    def resolve(host: str, port: int) -> list[str]:
        if host == "127.0.0.1":
            return [host]
        if host == "inside.example.org":
            return ["192.168.1.2"]
        raise ToolTrouble(f"no {host}")

    thread = threading.Thread(target=serve)
    thread.start()
    company = f"http://user:p%40ss@127.0.0.1:{listener.getsockname()[1]}"
    upstream = Upstream(Web(resolve, THE_WEB.allowed, THE_WEB.trust), lambda url: company)
    running = Proxy(tmp_path / "proxy", lambda host, port: True, lambda host, port: None, upstream)

    def said(request: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.connect(str(tmp_path / "proxy"))
            opened.settimeout(20)
            opened.sendall(request)
            return read_all(opened)

    try:
        assert said(get("http://far.example.org/x")).endswith(b"ok")
        assert said(b"CONNECT denied.example.org:443 HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 502 ")
        assert said(b"CONNECT inside.example.org:443 HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 403 ")
        with socket.socket(socket.AF_UNIX) as opened:
            opened.connect(str(tmp_path / "proxy"))
            opened.sendall(b"CONNECT far.example.org:443 HTTP/1.1\r\n\r\n")
            assert b" 200 " in opened.recv(4096)
        thread.join()
    finally:
        running.close()
        listener.close()
    credentials = b"proxy-authorization: Basic dXNlcjpwQHNz"
    assert heard[0].startswith(b"GET http://far.example.org/x HTTP/1.1\r\n") and credentials in heard[0]
    assert heard[1].startswith(b"CONNECT denied.example.org:443 ") and credentials in heard[1]
    assert heard[2].startswith(b"CONNECT far.example.org:443 ")
