"""Sockets of this network namespace, as /proc tells them: see proc(5) and proc_net(5)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

_LISTENS = "0A"  # TCP_LISTEN of include/net/tcp_states.h


class Listener(NamedTuple):
    """A TCP socket that listens at `port`; `host` is the address of the loopback that leads to its family."""

    port: int
    host: str


def listeners() -> dict[str, Listener]:
    """The TCP sockets that listen, by their inodes."""
    found: dict[str, Listener] = {}
    for name, host in (("tcp", "127.0.0.1"), ("tcp6", "::1")):
        for fields in _rows(Path("/proc/net", name)):
            if fields[3] == _LISTENS:
                found[fields[9]] = Listener(int(fields[1].rpartition(":")[2], 16), host)
    return found


def sockets_of(pids: Iterable[int]) -> Iterator[str]:
    """The inodes of the sockets that the processes have open, as far as they can be seen."""
    for pid in pids:
        with contextlib.suppress(OSError):
            for entry in os.scandir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    target = os.readlink(entry.path)  # noqa: PTH115
                    if target.startswith("socket:["):
                        yield target[8:-1]


def sockets_here() -> frozenset[str]:
    """The paths of the sockets that were made here, as their makers named them."""
    return frozenset(fields[7] for fields in _rows(Path("/proc/net/unix"), 8) if len(fields) == 8)


def _rows(file: Path, most: int = 0) -> list[list[str]]:
    try:
        text = file.read_text("utf-8", "surrogateescape")
    except OSError:
        return []
    return [line.split(maxsplit=most - 1 if most else -1) for line in text.splitlines()[1:]]
