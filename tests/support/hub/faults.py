"""What can go wrong between a hub and its client, and when: faults are set per file and strike when told to."""

from __future__ import annotations

import fnmatch
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

# cut: the connection ends after `after` bytes. stall: nothing more comes after `after` bytes, for `seconds`.
# ignore_range: 200 and the whole file. wrong_bytes: `size` bytes of the file at `at` are others; the hash told
# is the true one. too_many: 429 with Retry-After `seconds`. unavailable: 503, the same. expired: links to the
# second host are good for `uses` requests or `seconds`, then 403. second_host: the bytes come by a redirect
# from another port. wrong_length: Content-Length says `by` bytes more than come (fewer if negative). no_hash:
# neither the lists nor the headers tell a SHA-256. slow: `rate` bytes per second. gzip: the body is compressed
# though nobody asked. unauthorised: 401. gated: 403 with GatedRepo. not_found: 404 with EntryNotFound.
# changed: the file is another one, of the same length, with another hash. html: 200 and a page to log in.
# wrong_range: 206 with bytes from `by` further on, and saying so. garbage: what is no JSON, from the API.
# failed: 500. delay: the answer begins after `seconds`.
Kind = Literal[
    "cut",
    "stall",
    "ignore_range",
    "wrong_bytes",
    "too_many",
    "unavailable",
    "expired",
    "second_host",
    "wrong_length",
    "no_hash",
    "slow",
    "gzip",
    "unauthorised",
    "gated",
    "not_found",
    "changed",
    "html",
    "wrong_range",
    "garbage",
    "failed",
    "delay",
]
KINDS: tuple[str, ...] = get_args(Kind)
# bytes: GET of a file. head: HEAD of a file. api: everything below /api/.
On = Literal["bytes", "head", "api", "any"]
# These describe a file and not one answer: they hold for whoever asks.
LASTING = frozenset({"expired", "second_host", "no_hash"})


@dataclass(frozen=True)
class Fault:
    """`file` is "OWNER/REPO/PATH" as a shell pattern ("*" for all); of the API it is "OWNER/REPO", "search" or
    "whoami". The fault strikes from the `nth` request that it concerns on, `times` times (0: always), and
    only once `served` bytes of the file have gone out."""

    kind: Kind
    file: str = "*"
    on: On = "bytes"
    nth: int = 1
    times: int = 1
    served: int = 0
    after: int = 0
    seconds: float = 1.0
    uses: int = 0
    at: int = 0
    size: int = 1
    by: int = 1000
    rate: int = 10**6
    date: bool = False

    @property
    def lasting(self) -> bool:
        return self.kind in LASTING


@dataclass
class Faults:
    """The faults that are set. Asked from many threads."""

    _set: list[Fault] = field(default_factory=list)
    _counts: dict[int, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def set(self, *faults: Fault) -> None:
        with self._lock:
            self._set.extend(faults)

    def clear(self) -> None:
        with self._lock:
            self._set.clear()
            self._counts.clear()

    def lasting(self, kind: Kind, file: str) -> Fault | None:
        with self._lock:
            return next((f for f in self._set if f.kind == kind and _concerns(f, file)), None)

    def striking(self, on: Sequence[On], file: str, served: int = 0) -> Fault | None:
        """The first fault that strikes this request, which counts for all that it concerns."""
        found: Fault | None = None
        with self._lock:
            for fault in self._set:
                if fault.lasting or not (fault.on == "any" or fault.on in on) or not _concerns(fault, file):
                    continue
                if served < fault.served:
                    continue
                count = self._counts[id(fault)] = self._counts.get(id(fault), 0) + 1
                within = fault.nth <= count and (not fault.times or count < fault.nth + fault.times)
                if within and found is None:
                    found = fault
        return found


def parse_fault(text: str) -> Fault:
    """From KIND:FILE[:NAME=VALUE]..., as a command line has it. Raises ValueError, in words."""
    kind, _, rest = text.partition(":")
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is none of {', '.join(KINDS)}")
    file, *options = rest.split(":")
    values: dict[str, str | int | float | bool] = {}
    for option in options:
        name, equals, value = option.partition("=")
        default = getattr(Fault, name, None)
        if not equals or default is None or name in ("kind", "file"):
            raise ValueError(f"{option!r} is no option of a fault")
        values[name] = value if isinstance(default, str) else type(default)(float(value))
    return Fault(kind=kind, file=file or "*", **values)  # type: ignore[arg-type]


def _concerns(fault: Fault, file: str) -> bool:
    return fnmatch.fnmatchcase(file, fault.file)
