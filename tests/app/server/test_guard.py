"""Who is let in, over real sockets: names, pages, keys, and bytes that are no request."""

from __future__ import annotations

import json
import socket

import pytest

from app.server.http.body import LIMIT
from tests.app.server.conftest import ORIGIN
from tests.support.servers.served import Served, read_to_end, read_until, request_head
from tests.support.waiting import wait_until

BODY = json.dumps({"messages": [{"role": "user", "content": "x"}]}).encode()


def get(served: Served, *lines: str, target: str = "/v1/models", version: str = "1.1") -> tuple[int, str]:
    """The status and the whole text that comes for a GET with these header lines, with the key."""
    told = [
        f"GET {target} HTTP/{version}",
        f"Authorization: Bearer {served.key}",
        "Connection: close",
        *lines,
    ]
    text = served.said_to("\r\n".join([*told, "", ""]).encode()).decode()
    return int(text.split(" ", 2)[1]), text


@pytest.mark.parametrize(
    "host", ["127.0.0.1:{port}", "LOCALHOST:{port}", "localhost.:{port}", "coterie.example"]
)
def test_its_own_names_and_listed_ones_are_let_in(served: Served, host: str) -> None:
    assert get(served, f"Host: {host.format(port=served.port)}")[0] == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example:{port}", 403),
        ("127.0.0.1.evil.example:{port}", 403),
        ("localhost.evil.example:{port}", 403),
        ("127.0.0.1:1", 403),
        ("localhost", 403),
        ("10.0.0.1:{port}", 403),
        ("[::1]:{port}", 403),
        ("0.0.0.0:{port}", 403),
        ("0x7f.1:{port}", 403),
        ("localhost:1@evil.example", 400),
        ("evil.example#localhost:{port}", 400),
        ("localhost:{port}, evil.example", 400),
        ("", 400),
    ],
)
def test_other_names_are_refused_before_anything_else(served: Served, host: str, status: int) -> None:
    line = f"Host: {host.format(port=served.port)}"
    for target in ("/v1/models", "/", "/health", "/nowhere"):
        assert get(served, line, target=target)[0] == status
    preflight = f"OPTIONS /v1/models HTTP/1.1\r\n{line}\r\nOrigin: {ORIGIN}\r\n\r\n"
    assert f"HTTP/1.1 {status}".encode() in served.said_to(preflight.encode())


def test_a_request_without_or_with_two_hosts_is_refused(served: Served) -> None:
    assert get(served)[0] == 400
    assert get(served, version="1.0")[0] == 400
    own = f"Host: 127.0.0.1:{served.port}"
    assert get(served, own, "Host: evil.example")[0] == 400


@pytest.mark.parametrize(
    "lines",
    [
        ("Origin: https://evil.example",),
        ("Origin: null",),
        ("Origin: https://notes.example.evil.example",),
        ("Origin: http://localhost:80@evil.example",),
        ("Origin: http://localhost.evil.example:80",),
        ("Sec-Fetch-Site: cross-site",),
        ("Sec-Fetch-Site: same-site",),
    ],
)
def test_foreign_pages_get_nothing_and_cause_nothing(served: Served, lines: tuple[str, ...]) -> None:
    status, text = get(served, f"Host: localhost:{served.port}", *lines)
    assert status == 403 and "access-control" not in text.lower()
    head = request_head(served, len(BODY), "Content-Type: text/plain", "Connection: close", *lines)
    assert served.said_to(head + BODY).startswith(b"HTTP/1.1 403")
    assert not served.engine.requests


@pytest.mark.parametrize("origin", [ORIGIN, "http://localhost:5173", "http://localhost"])
def test_listed_pages_may_ask_and_read(served: Served, origin: str) -> None:
    reply = served.ask("/v1/models", origin=origin, sec_fetch_site="cross-site")
    assert reply.status == 200 and reply.headers["access-control-allow-origin"] == origin
    assert "access-control-allow-credentials" not in reply.headers and reply.headers["vary"] == "Origin"
    preflight = served.ask(
        "/v1/chat/completions",
        method="OPTIONS",
        key="",
        origin=origin,
        access_control_request_method="POST",
        access_control_request_headers="authorization,x-stainless-os",
        access_control_request_private_network="true",
    )
    assert preflight.status == 204
    assert preflight.headers["access-control-allow-private-network"] == "true"
    assert preflight.headers["access-control-allow-headers"] == "authorization,x-stainless-os"
    refused = served.ask("/v1/chat/completions", BODY, origin=origin, content_type="text/plain")
    assert refused.status == 415 and not served.engine.requests
    assert (
        served.ask("/v1/chat/completions", BODY, origin=origin, content_type="application/json").status == 200
    )


def test_a_key_is_needed_and_only_in_its_headers(served: Served) -> None:
    for key in ("", "wrong", "ct-" + "0" * 43, "키"):
        reply = served.ask("/v1/models", key=key.encode().decode("latin-1"))
        assert (reply.status, reply.error["code"]) == (401, "invalid_api_key")
    assert served.ask(f"/v1/models?key={served.key}&api_key={served.key}", key="").status == 401
    assert served.ask("/v1/models", key="", x_api_key=served.key).status == 200


def test_a_revoked_key_ends_what_it_is_being_answered(served: Served) -> None:
    key = served.add_key("leaving", ("ask",))
    served.engine.hold.set()
    head = request_head(served, len(BODY)).replace(served.key.encode(), key.encode())
    with served.raw() as opened:
        opened.sendall(head + BODY)
        wait_until(lambda: bool(served.engine.requests))
        served.server.keys.revoke("leaving")
        assert b"401" in read_until(opened, b"revoked")
        served.engine.hold.clear()
    wait_until(lambda: not served.services.models.is_answering)
    assert served.ask("/v1/models", key=key).status == 401


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Content-Length: 5", "Content-Length: 6"),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding: xchunked",),
        ("Content-Length: -1",),
        ("Content-Length: 0x5",),
        ("X: a\r\n b", "Content-Length : 5"),
        ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: none"),
        ("Content-Encoding: identity", "Content-Encoding: gzip"),
    ],
)
def test_requests_that_proxies_may_read_differently_are_refused(
    served: Served, lines: tuple[str, ...]
) -> None:
    smuggled = f"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n\r\n".encode()
    text = served.said_to(request_head(served, None, *lines) + b"0\r\n\r\n" + smuggled)
    assert text.startswith(b"HTTP/1.1 400") and text.count(b"HTTP/1.1") == 1
    assert not served.engine.requests


@pytest.mark.parametrize(
    "change",
    [
        (b"\r\n\r\n", b"\n\n"),
        (b"\r\n\r\n", b"\r\n\n"),
        (b"\r\n\r\n", b"\n\r\n"),
        (b"\r\nHost", b"\nHost"),
        (b"\r\nX: a", b"\rX: a"),
        (b"X: a", b"X: a\r\n b"),
        (b"X: a", b"X: a\r\n\tContent-Length: 5"),
        (b"X: a", b"X: a\nContent-Length: 5"),
        (b"X: a", b"X : a"),
        (b"X: a", b" X: a"),
        (b"X: a", b"X: a\0"),
        (b"GET ", b"\nGET "),
        (b"GET ", b" GET "),
    ],
)
def test_lines_of_a_head_that_can_be_read_in_two_ways_are_refused(
    served: Served, change: tuple[bytes, bytes]
) -> None:
    head = request_head(served, None, "X: a").replace(b"POST /v1/chat/completions", b"GET /v1/models")
    assert change[0] in head
    text = served.said_to(head.replace(*change) + head)
    assert text.startswith(b"HTTP/1.1 400") and text.count(b"HTTP/1.1") == 1
    assert b"\r\nrequest-id: req_" in text


def test_lines_behind_a_body_in_chunks_are_as_strict_and_those_of_a_body_are_its_own(served: Served) -> None:
    head = request_head(served, None, "Transfer-Encoding: chunked", "Connection: close")
    chunks = f"{len(BODY) + 2:x}\r\n".encode() + b"\n\n" + BODY + b"\r\n0\r\n"
    assert served.said_to(head + chunks + b"\r\n").startswith(b"HTTP/1.1 200")
    assert b"HTTP/1.1 200" not in served.said_to(head + chunks + b"X: a\n\r\n")
    assert b"HTTP/1.1 200" not in served.said_to(head + chunks + b"\n")


@pytest.mark.parametrize("target", ["http://evil.example/v1/models", "*", "//evil.example"])
def test_a_target_that_is_no_path_of_ours_is_refused(served: Served, target: str) -> None:
    assert get(served, f"Host: 127.0.0.1:{served.port}", target=target)[0] in (400, 404)


@pytest.mark.parametrize(
    ("path", "allowed"), [("/v1/messages", "POST"), ("/api/tags", "GET"), ("/v1/models", "GET")]
)
def test_a_method_that_a_path_has_not_is_told_which_it_has(served: Served, path: str, allowed: str) -> None:
    reply = served.ask(path, method="PUT")
    assert reply.status == 405 and allowed in reply.headers["allow"].split(", ")


def test_a_body_that_says_it_is_too_long_is_not_waited_for(served: Served) -> None:
    text = served.said_to(request_head(served, LIMIT + 1))
    assert text.startswith(b"HTTP/1.1 413") and b"connection: close" in text.lower()


def test_a_body_in_chunks_is_counted_while_it_is_read(served: Served) -> None:
    piece = b" " * 2**20
    chunk = f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    with served.raw() as opened:
        opened.sendall(request_head(served, None, "Transfer-Encoding: chunked"))
        try:
            for _ in range(LIMIT // len(piece) + 8):
                opened.sendall(chunk)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it was refused before all of it was sent
        told = read_to_end(opened)
        assert not told or told.startswith(b"HTTP/1.1 413")  # a reset may overtake the answer
    assert served.chat().status == 200 and len(served.engine.requests) == 1


def test_a_cut_body_and_bytes_that_are_no_request_are_answered_or_dropped(served: Served) -> None:
    assert served.said_to(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 not a request\r\n\r\n").startswith(
        b"HTTP/1.1 400"
    )
    with served.raw() as opened:
        opened.sendall(request_head(served, 100) + b'{"messages"')
        opened.shutdown(socket.SHUT_WR)
        read_to_end(opened)
    assert served.chat().status == 200 and len(served.engine.requests) == 1


def test_fifty_half_sent_requests_keep_nobody_out(served: Served) -> None:
    opened = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(50)]
    try:
        for number, each in enumerate(opened):
            each.sendall(
                request_head(served, 100)[: 30 + number] if number % 2 else request_head(served, 100)
            )
        assert served.chat().status == 200
    finally:
        for each in opened:
            each.close()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("held", [True, False])
def test_whoever_hangs_up_is_answered_no_further(served: Served, stream: bool, held: bool) -> None:
    """Before the first word, and in the middle of them."""
    served.engine.answer = lambda _: (f"{number} " for number in range(10**6))  # type: ignore[return-value]
    served.engine.pace = 0.001
    if held:
        served.engine.hold.set()
    body = json.dumps({"messages": [{"role": "user", "content": "x"}], "stream": stream}).encode()
    with served.raw() as opened:
        opened.sendall(request_head(served, len(body)) + body)
        wait_until(lambda: bool(served.engine.requests))
        if stream and not held:
            read_until(opened, b"3 ")
    (request,) = served.engine.requests
    wait_until(lambda: request.id in served.engine.aborted)
    served.engine.hold.clear()
    wait_until(lambda: not served.services.models.is_answering)
