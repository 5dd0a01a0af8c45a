"""Values of a transfer. Sizes are bytes, times seconds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from engine.errors import ErrorInfo
from engine.hub.values import Located

MIB = 2**20

# Where a file can be had now; raises UserError. Asked again whenever a link has stopped working.
Locate = Callable[[str], Located]
# The bytes that may still be written into a folder.
Room = Callable[[Path], int]


class Access(Protocol):
    """How the hub is reached: what `engine.hub.access.HubAccess` has of it.

    `proxy` is an address, "" for what the environment names. `certificates` is a PEM file of authorities to trust
    beside the system's, "" for none. `token` is asked at each request, and what it gives goes to the scheme, host
    and port of `endpoint` and to nobody else.
    """

    @property
    def endpoint(self) -> str: ...
    @property
    def proxy(self) -> str: ...
    @property
    def certificates(self) -> str: ...
    @property
    def token(self) -> Callable[[], str]: ...


class Wanted(msgspec.Struct, frozen=True):
    """One file of the hub and where it is to lie. `sha256` is "" where the hub keeps none. `destination` must
    have been made safe already."""

    path: str
    bytes: int
    sha256: str
    destination: Path


class Progress(msgspec.Struct, frozen=True):
    """`received` of `total` bytes are on disk, those of earlier runs included; it falls when bytes that were
    there turn out wrong. Of them, `hashed` have been read into a SHA-256. `rate` is bytes per second, smoothed.
    `trouble` is what is being waited out, if anything."""

    received: int
    total: int
    hashed: int = 0
    rate: float = 0.0
    trouble: ErrorInfo | None = None


class FetchedFile(msgspec.Struct, frozen=True):
    """A file that is in its place, whole and checked. `sha256` is that of its bytes whether or not the hub named
    one. `notices`: what should be known of it, such as that there was nothing to compare it with."""

    path: Path
    bytes: int
    sha256: str
    notices: tuple[ErrorInfo, ...] = ()


class KeptFile(msgspec.Struct, frozen=True):
    """A file on disk as it should be. `sha256` is "" where nothing is known: verifying computes it."""

    path: Path
    bytes: int
    sha256: str = ""


class BadPart(msgspec.Struct, frozen=True):
    """Bytes `first` to `last` (the last included) of a file are not what they were. `part` counts from 0; where
    no part hashes were kept, the whole file is one part."""

    path: Path
    part: int
    first: int
    last: int


class Verification(msgspec.Struct, frozen=True):
    """`files` with the SHA-256 that each should have, computed where none was known; `bad` in their order.
    `repaired` were bad and have been fetched again since."""

    files: tuple[KeptFile, ...]
    bad: tuple[BadPart, ...] = ()
    repaired: tuple[BadPart, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.bad


class Limits(msgspec.Struct, frozen=True):
    """How a transfer goes about it.

    A request asks for at most `segment_parts` parts of `part_bytes` that follow each other; `streams` of them
    are under way at a time. Short runs let the hash of the whole, which reads in order, keep up with the streams:
    with eight parts a gigabyte on loopback took a third longer. A connection that brings less than `slowest_rate`
    over `stall_seconds` is given up for another. Waits between tries grow from `first_wait` to `most_wait`, and a
    server is believed how long it wants to be left alone up to `most_asked_wait`. Nothing arriving for `patience`
    ends the transfer, `first_patience` before the first byte. An answer that makes no sense ends it when it comes
    `most_refusals` times in a row.
    """

    streams: int = 4
    part_bytes: int = 8 * MIB
    segment_parts: int = 2
    read_bytes: int = MIB
    connect_seconds: float = 15.0
    stall_seconds: float = 30.0
    slowest_rate: float = 256.0
    first_wait: float = 1.0
    most_wait: float = 60.0
    most_asked_wait: float = 300.0
    patience: float = 900.0
    first_patience: float = 60.0
    most_refusals: int = 4
    most_redirects: int = 6
    spare_share: float = 0.05
    reserve_bytes: int = 32 * MIB


USUAL = Limits()
