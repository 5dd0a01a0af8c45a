"""Reads the head of a request to a proxy, strictly: what two programs could understand differently is refused. Pure.

RFC 9112: sections 3.2 (targets), 5 (fields), 6 (how long a body is).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import msgspec

MOST = 32 * 1024
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# Those that are for the proxy alone, or say how this one connection is used. "Expect" would have both sides wait.
_OWN = frozenset(
    b"connection proxy-connection keep-alive proxy-authorization proxy-authenticate te trailer upgrade expect".split()
)


class BadRequest(Exception):
    """What is wrong, for the client."""


class RequestHead(msgspec.Struct, frozen=True):
    """`host` is as it was written; `target` is path and query, "" for a tunnel. `length` of the body in bytes, -1: it
    comes in chunks. `fields` are those to be passed on."""

    method: str
    host: str
    port: int
    target: str = ""
    length: int = 0
    fields: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def is_tunnel(self) -> bool:
        return self.method == "CONNECT"


def read_head(head: bytes) -> RequestHead:
    """The head with the empty line at its end. Raises BadRequest."""
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    words = first.split(b" ")
    if len(words) != 3 or not _TOKEN.fullmatch(words[0]) or words[2] not in (b"HTTP/1.1", b"HTTP/1.0"):
        raise BadRequest("This is no request to an HTTP proxy.")
    fields = [_field(line) for line in lines]
    try:
        method, target = words[0].decode(), words[1].decode()
    except UnicodeDecodeError as error:
        raise BadRequest("The address cannot be read.") from error
    if any(ord(letter) < 33 or ord(letter) == 127 or letter == "\\" for letter in target):
        raise BadRequest("The address cannot be read.")
    if method == "CONNECT":
        host, port = _authority(target, None)
        return RequestHead(method, host, port)
    return _plain(method, target, fields)


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, colon, value = line.partition(b":")
    if not colon or not _TOKEN.fullmatch(name) or re.search(rb"[\r\n\0]", value):
        raise BadRequest("A field of the request cannot be read.")
    return name.lower(), value.strip(b" \t")


def _plain(method: str, target: str, fields: list[tuple[bytes, bytes]]) -> RequestHead:
    if not target.lower().startswith("http://"):
        raise BadRequest("Only http:// addresses are fetched so; https goes through CONNECT.")
    try:
        parts = urlsplit(target)
    except ValueError as error:
        raise BadRequest("The address cannot be read.") from error
    host, port = _authority(parts.netloc, 80)
    named = [value for name, value in fields if name == b"host"]
    if len(named) > 1:
        raise BadRequest("The request names several hosts.")
    if named and _authority(named[0].decode("utf-8", "replace"), 80) != (host, port):
        raise BadRequest("The request names another host than its address.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = b",".join(value for name, value in fields if name in (b"connection", b"proxy-connection"))
    listed = {name.strip().lower() for name in connection.split(b",")}
    kept = tuple(
        (name, value)
        for name, value in fields
        if name not in _OWN
        and name not in listed - {b"content-length", b"transfer-encoding"}
        and name != b"host"
    )
    return RequestHead(method, host, port, path, _length(fields), kept)


def _authority(text: str, usual: int | None) -> tuple[str, int]:
    """Host, small and as it is written, and port."""
    match = re.fullmatch(r"(\[[^\]@]*\]|[^:@\[\]/?#]+)(?::(\d{1,5}))?", text)
    if match is None or (match[2] is None and usual is None):
        raise BadRequest("The host and its port cannot be read.")
    return match[1].lower().removesuffix("."), int(match[2] if match[2] is not None else usual or 0)


def _length(fields: list[tuple[bytes, bytes]]) -> int:
    lengths = [value for name, value in fields if name == b"content-length"]
    codings = [value.lower() for name, value in fields if name == b"transfer-encoding"]
    if (codings and (lengths or codings != [b"chunked"])) or len(lengths) > 1:
        raise BadRequest("How long the body is can be understood in several ways.")
    if codings:
        return -1
    if lengths and not re.fullmatch(rb"\d{1,15}", lengths[0]):
        raise BadRequest("How long the body is cannot be read.")
    return int(lengths[0]) if lengths else 0
