"""Requests that are legal and odd, or only odd, byte by byte: each is answered, none by a fault of the server."""

from __future__ import annotations

import json
import re

import pytest

from tests.support.servers.served import Served, read_until

BODY = json.dumps({"messages": [{"role": "user", "content": "x"}]}).encode()
CHUNKED = b"%x;note=x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)


def said(served: Served, first: str, *lines: str, body: bytes = b"") -> tuple[list[int], str]:
    """The statuses of what comes back for this request, and all of it."""
    told = [
        first,
        f"Host: 127.0.0.1:{served.port}",
        f"Authorization: Bearer {served.key}",
        "Connection: close",
        *lines,
    ]
    text = served.said_to("\r\n".join([*told, "", ""]).encode() + body).decode()
    return [int(status) for status in re.findall(r"HTTP/1\.1 (\d{3}) ", text)], text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/models/", 200),
        ("//v1//models", 200),
        ("/v1%2Fmodels", 200),
        ("/api/tags/", 200),
        ("/v1/models/owner%2FM%C3%B6del-GGUF%3AQ4_K_M", 200),
        ("/v1/models/owner/M%C3%B6del-GGUF:Q4_K_M", 200),
        ("/v1/models?x=%ff&key=a", 200),
        ("/v1/models#x", 404),
        ("/V1/models", 404),
        ("/v1/models/%FF", 404),
        ("/v1/models/%00", 404),
        ("/v1/models/..%2f..%2fetc", 404),
        ("/v1/models/%0d%0aX:1", 404),
        ("/v1/models/" + "%F0%9F%98%80" * 900, 404),
        ("/v1", 404),
        ("/api", 404),
        ("/%", 404),
        ("/%zz", 404),
        ("*", 400),
    ],
)
def test_paths(served: Served, path: str, status: int) -> None:
    served.add_model("owner/Mödel-GGUF:Q4_K_M")
    statuses, text = said(served, f"GET {path} HTTP/1.1")
    assert statuses == [status], text
    if path.startswith(("/v1/models/owner", "//v1", "/v1%2F")):
        assert "Mödel" in text


def test_a_head_has_no_body_and_an_answer_of_the_server_no_fault(served: Served) -> None:
    for path, status in (("/", 200), ("/v1/models", 200), ("/v1/models/starter", 200), ("/nowhere", 404)):
        statuses, text = said(served, f"HEAD {path} HTTP/1.1")
        assert statuses == [status] and text.endswith("\r\n\r\n"), text


@pytest.mark.parametrize("method", ["OPTIONS", "DELETE", "PATCH", "TRACE", "CONNECT", "INVENTED", "get"])
def test_other_methods(served: Served, method: str) -> None:
    for path in ("/v1/models", "/v1/chat/completions", "/api/chat"):
        assert said(served, f"{method} {path} HTTP/1.1")[0] == [405]


@pytest.mark.parametrize(
    ("version", "lines", "body", "status"),
    [
        ("1.1", ("Content-Length: {length}",), BODY, 200),
        ("1.1", ("CONTENT-LENGTH: {length}", "CONTENT-TYPE: "), BODY, 200),
        ("1.1", ("Content-Length: {length}", "Content-Length: {length}"), BODY, 200),
        ("1.1", ("Content-Length: {length}", "Expect: 200-ok"), BODY, 200),
        ("1.1", ("Content-Length: {length}", "Upgrade: websocket"), BODY, 200),
        ("1.1", ("Transfer-Encoding: CHUNKED",), CHUNKED, 200),
        ("1.1", ("Content-Length: {length}",), b"\xef\xbb\xbf" + BODY, 200),
        ("1.0", ("Content-Length: {length}",), BODY, 200),
        ("1.0", ("Content-Length: {length}", "Connection: keep-alive"), BODY, 200),
        ("1.0", (), b"", 400),
        ("1.1", (), b"", 400),
        ("1.1", ("Content-Length: {length}",), BODY.decode().encode("utf-16"), 400),
        ("1.1", ("Content-Length: 5", "Content-Length: 6"), BODY, 400),
        ("1.1", ("Content-Length: +{length}",), BODY, 400),
        ("1.1", ("Content-Length: 99999999999999999999999",), BODY, 400),
        ("1.1", ("Transfer-Encoding: gzip, chunked",), CHUNKED, 400),
        ("1.1", ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), CHUNKED, 400),
        ("1.1", ("Transfer-Encoding: ",), CHUNKED, 400),
        ("1.1", ("Transfer-Encoding: chunked",), b"zz" + CHUNKED, 400),
        ("1.1", ("Transfer-Encoding: chunked",), b"-5" + CHUNKED, 400),
        ("1.0", ("Transfer-Encoding: chunked",), CHUNKED, 400),
        ("2.0", ("Content-Length: {length}",), BODY, 400),
        ("1.2", ("Content-Length: {length}",), BODY, 400),
        ("1.1", ("Content-Length: {length}", "Content-Encoding: gzip"), BODY, 415),
    ],
)
def test_bodies(served: Served, version: str, lines: tuple[str, ...], body: bytes, status: int) -> None:
    told = [line.format(length=len(body)) for line in lines]
    statuses, text = said(served, f"POST /v1/chat/completions HTTP/{version}", *told, body=body)
    assert statuses == [status], text
    assert len(served.engine.requests) == (status == 200)


def test_a_body_that_waits_to_be_asked_for_is_asked_for_once_it_may_come(served: Served) -> None:
    head = f"Host: 127.0.0.1:{served.port}\r\nContent-Length: {len(BODY)}\r\nExpect: 100-continue\r\n"
    first = "POST /v1/chat/completions HTTP/1.1\r\n"
    with served.raw() as opened:
        opened.sendall(f"{first}{head}Authorization: Bearer {served.key}\r\n\r\n".encode())
        assert b"100 Continue" in read_until(opened, b"\r\n\r\n")
        opened.sendall(BODY)
        assert b"200 OK" in read_until(opened, b"\r\n\r\n")
    assert served.said_to(f"{first}{head}\r\n".encode()).startswith(b"HTTP/1.1 401")


def test_requests_in_a_row_are_answered_in_their_order(served: Served) -> None:
    line = f"Host: 127.0.0.1:{served.port}\r\nAuthorization: Bearer {served.key}\r\n"
    one = f"GET /v1/models HTTP/1.1\r\n{line}\r\n"
    last = f"GET /nowhere HTTP/1.1\r\n{line}Connection: close\r\n\r\n"
    text = served.said_to((one + one + last).encode()).decode()
    assert [part[:3] for part in text.split("HTTP/1.1 ")[1:]] == ["200", "200", "404"]


def test_many_headers_and_keys_of_any_form(served: Served) -> None:
    many = [f"X-{number}: y" for number in range(1000)]
    assert said(served, "GET /v1/models HTTP/1.1", *many)[0] == [200]
    for line, status in (
        (b"Authorization: bearer   %s", 200),
        (b"Authorization: Basic %s", 401),
        (b"Authorization: Bearer \xff\xfe%s", 401),
        (b"X-Api-Key: %s", 200),
    ):
        head = f"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nConnection: close\r\n".encode()
        text = served.said_to(head + line % served.key.encode() + b"\r\n\r\n")
        assert text.startswith(f"HTTP/1.1 {status}".encode()), line
