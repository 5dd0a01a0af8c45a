"""Connections: uvicorn's protocol with limits of our own: how many an address has, how long a request takes to
come in, and how its lines end."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import Any

import h11
import msgspec
from h11._receivebuffer import ReceiveBuffer
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.server.http.calls import id_headers, new_call_id

MOST_OF_AN_ADDRESS = 64
HALF_SENT_S = 20.0
_COMING_IN = (h11.IDLE, h11.SEND_BODY)
# Line ends that proxies read differently (RFC 9112, 2.2), and lines that go on with the next one (5.2).
_AMBIGUOUS = re.compile(rb"(?<!\r)\n|\r(?!\n)|\n[ \t]")


class StrictBuffer(ReceiveBuffer):
    """What has come in. h11 takes ambiguous lines of headers for what they may mean: here they are refused."""

    def maybe_extract_lines(self) -> list[bytearray] | None:
        """Raises LocalProtocolError for ambiguous lines."""
        before = bytes(self)
        lines = super().maybe_extract_lines()
        if lines is not None and _AMBIGUOUS.search(before, 0, len(before) - len(self)):
            raise h11.LocalProtocolError("ambiguous line ends")
        return lines


class Limits:
    """What the connections of one server may do: `most` from one address, whose count is kept here, and a request
    takes at most `half_sent_s` seconds to come in."""

    def __init__(self, most: int = MOST_OF_AN_ADDRESS, half_sent_s: float = HALF_SENT_S) -> None:
        self.most, self.half_sent_s = most, half_sent_s
        self.counts: Counter[str] = Counter()


class Connection(H11Protocol):
    """A connection. Whoever sends half a request and waits is dropped."""

    limits: Limits
    _counted = ""
    _half_sent: asyncio.TimerHandle | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.conn._receive_buffer = StrictBuffer()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        if self.limits.counts[address] >= self.limits.most:
            told = _refused(503, "Service Unavailable", "There are too many connections.", retry=True)
            transport.write(told)
            transport.close()
            return
        self._counted = address
        self.limits.counts[address] += 1
        self._wait_for_the_rest()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        if self._counted:
            counts = self.limits.counts
            counts[self._counted] -= 1
            if not counts[self._counted]:
                del counts[self._counted]
            self._counted = ""
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.conn.their_state not in _COMING_IN:
            self._stop_waiting()
        elif self._half_sent is None:
            self._wait_for_the_rest()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.their_state not in _COMING_IN:
            self._stop_waiting()

    def send_400_response(self, msg: str) -> None:
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.write(_refused(400, "Bad Request", msg))
        self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        """Whoever asks for WebSockets or HTTP/2 is answered by HTTP/1.1, as the protocol has it."""

    def _wait_for_the_rest(self) -> None:
        self._half_sent = self.loop.call_later(self.limits.half_sent_s, self._drop)

    def _stop_waiting(self) -> None:
        if self._half_sent is not None:
            self._half_sent.cancel()
            self._half_sent = None

    def _drop(self) -> None:
        self._half_sent = None
        if self.conn.their_state in _COMING_IN:
            self.transport.close()


def connection_class(limits: Limits) -> type[Connection]:
    """The class of the connections of one server."""
    return type("Connection", (Connection,), {"limits": limits})


def _refused(status: int, phrase: str, message: str, retry: bool = False) -> bytes:
    """A whole answer to what is no request that could be routed."""
    told: dict[str, Any] = {
        "error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    }
    body = msgspec.json.encode(told)
    lines = [
        f"HTTP/1.1 {status} {phrase}",
        "content-type: application/json",
        f"content-length: {len(body)}",
        "connection: close",
        *(f"{name.decode()}: {value.decode()}" for name, value in id_headers(new_call_id())),
        *(["retry-after: 1"] if retry else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
