"""The bytes of a file on their way out: ranges, and what a fault makes of them."""

from __future__ import annotations

import gzip
import re
import select
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.support.hub.contents import ChangedContent, Content, Sent
from tests.support.hub.faults import Fault

SLOW_PIECE = 2**14
WATCH_S = 0.05


class CompactionPoint(Exception):
    """The connection is to end here."""


@dataclass(frozen=True)
class Body:
    """`length` bytes are announced; those from `start` to `end` go out, or `data` instead."""

    status: int
    content: Content
    start: int
    end: int
    length: int
    headers: Mapping[str, str] = field(default_factory=dict)
    data: bytes | None = None


def body_of(content: Content, asked: str, fault: Fault | None) -> Body:
    """What to send of a file to someone who asked for the range `asked` ("": all of it)."""
    kind = fault.kind if fault else ""
    if fault and kind == "wrong_bytes":
        there = content.read(fault.at, fault.size)
        content = ChangedContent(content, {fault.at: bytes(byte ^ 0xFF for byte in there)}, content.sha256)
    span = None if kind == "ignore_range" else _span(asked, content.bytes)
    if span == ():
        headers = {"Content-Range": f"bytes */{content.bytes}"}
        return Body(416, content, 0, 0, 0, headers)
    start, end = span or (0, content.bytes)
    headers = {}
    if span:
        shift = fault.by if fault and kind == "wrong_range" else 0
        start, end = (max(0, min(place + shift, content.bytes)) for place in (start, end))
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{content.bytes}"
    length, data = end - start, None
    if kind == "gzip":
        data = gzip.compress(content.read(start, end - start), 1)
        headers["Content-Encoding"], length = "gzip", len(data)
    if fault and kind == "wrong_length":
        length = max(0, length + fault.by)
        end = min(end, start + length)
    return Body(206 if span else 200, content, start, end, length, headers, data)


def send_body(
    body: Body, connection: socket.socket, fault: Fault | None, sent: Sent, stopping: threading.Event
) -> None:
    """Raises Cut when the connection must end, because a fault wants it or fewer bytes came than announced."""
    kind = fault.kind if fault else ""
    start, end = body.start, body.end
    if body.data is not None:
        connection.sendall(body.data)
        sent(len(body.data))
        return
    if fault and kind in ("cut", "stall"):
        end = min(end, start + fault.after)
    if fault and kind == "slow":
        _send_slowly(body, connection, fault.rate, sent, stopping)
    else:
        body.content.send(connection, start, end, sent)
    if fault and kind == "stall":
        wait(connection, fault.seconds, stopping)
    if end - start < body.length:
        raise CompactionPoint


def wait(connection: socket.socket, seconds: float, stopping: threading.Event) -> None:
    """Until the time is over, the client is gone or the server stops."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not stopping.is_set():
        readable, _, _ = select.select([connection], [], [], min(WATCH_S, max(0.0, end - time.monotonic())))
        if readable and not connection.recv(1, socket.MSG_PEEK):
            raise CompactionPoint


def _send_slowly(
    body: Body, connection: socket.socket, rate: int, sent: Sent, stopping: threading.Event
) -> None:
    began, start = time.monotonic(), body.start
    while start < body.end and not stopping.is_set():
        piece = min(SLOW_PIECE, body.end - start)
        body.content.send(connection, start, start + piece, sent)
        start += piece
        ahead = (start - body.start) / rate - (time.monotonic() - began)
        if ahead > 0:
            stopping.wait(ahead)


def _span(asked: str, size: int) -> tuple[int, int] | tuple[()] | None:
    """A single range as start and end (excluded), () when it cannot be satisfied, None when there is none."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", asked.strip())
    if not match or not (match[1] or match[2]):
        return None
    if not match[1]:
        length = min(int(match[2]), size)
        return (size - length, size) if length else ()
    start, end = int(match[1]), min(int(match[2]) + 1, size) if match[2] else size
    if match[2] and int(match[2]) < start:
        return None
    return (start, end) if start < size else ()
