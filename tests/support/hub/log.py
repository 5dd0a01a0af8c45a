"""Every request that the hub was sent, with the bytes of the body that went out."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass
class Request:
    """`host` is "second" for the server behind the redirects. `sent` grows while the body goes out: what the
    kernel took, which may be some hundred kilobytes ahead of what the client read. `file` is
    "OWNER/REPO/PATH" where bytes of a file were asked for. `ended` is 0.0 while it is answered."""

    host: Literal["hub", "second"]
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    file: str = ""
    status: int = 0
    sent: int = 0
    fault: str = ""
    started: float = field(default_factory=time.monotonic)
    ended: float = 0.0

    @property
    def authorization(self) -> str:
        return self.headers.get("authorization", "")

    @property
    def range(self) -> str:
        return self.headers.get("range", "")

    @property
    def span(self) -> tuple[int, int] | None:
        """First and last byte of a single range that names both."""
        match = re.fullmatch(r"bytes=(\d+)-(\d+)", self.range)
        return (int(match[1]), int(match[2])) if match else None

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        parts = [
            self.host,
            self.method,
            f"{self.path}{query}",
            self.range,
            str(self.status),
            f"{self.sent:,} bytes",
        ]
        return " ".join(part for part in (*parts, self.fault) if part)


class RequestLog:
    """May be read and written from any thread."""

    def __init__(self) -> None:
        self._requests: list[Request] = []
        self._lock = threading.Lock()

    def add(self, request: Request) -> None:
        with self._lock:
            self._requests.append(request)

    def clear(self) -> None:
        with self._lock:
            self._requests.clear()

    def __iter__(self) -> Iterator[Request]:
        with self._lock:
            return iter(tuple(self._requests))

    def __len__(self) -> int:
        return len(self._requests)

    def of(self, file: str, method: str = "GET") -> tuple[Request, ...]:
        """Requests for a file "OWNER/REPO/PATH", oldest first."""
        return tuple(one for one in self if one.file == file and one.method == method)

    def sent(self, file: str = "") -> int:
        """Bytes of bodies that went out: of one file, or of all files."""
        return sum(one.sent for one in self if (one.file == file if file else one.file))
