"""Sockets of this network namespace, as /proc tells them: see proc(5) and proc_net(5)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_LISTENS = "0A"  # TCP_LISTEN of include/net/tcp_states.h


def listeners() -> dict[str, int]:
    """The port of each TCP socket that listens, by the socket's inode."""
    found: dict[str, int] = {}
    for name in ("tcp", "tcp6"):
        for fields in _rows(Path("/proc/net", name)):
            if fields[3] == _LISTENS:
                found[fields[9]] = int(fields[1].rpartition(":")[2], 16)
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
