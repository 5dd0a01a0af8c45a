"""Files of the kernel in /proc that only root reads. In a sandbox that root started nobody is to read them either:
namespaces drop root's capabilities, but its user still owns these files."""

from __future__ import annotations

import contextlib
import functools
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
# Each network has its own, and interfaces come and go: what is not there cannot be covered.
_OF_A_NETWORK, _OF_INTERFACES = {"net"}, {"conf", "neigh"}


def only_for_root(*, network: bool) -> tuple[Path, ...]:
    """Those files and folders, if this is root. `network`: those of this machine's network, too."""
    return _found(network) if sys.platform == "linux" and os.geteuid() == 0 else ()


@functools.cache
def _found(network: bool) -> tuple[Path, ...]:
    return tuple(sorted(_below(_PROC, _OF_INTERFACES if network else _OF_A_NETWORK)))


def _below(folder: Path, without: set[str]) -> Iterator[Path]:
    entries: list[os.DirEntry[str]] = []
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        entries += found
    for entry in entries:
        if (entry.name.isdecimal() and folder == _PROC) or entry.name in without:
            continue
        with contextlib.suppress(OSError):
            mode = entry.stat(follow_symlinks=False).st_mode
            readable = mode & (stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH)
            if stat.S_ISDIR(mode) and readable:
                yield from _below(Path(entry.path), without)
            elif not readable and mode & stat.S_IRUSR and not stat.S_ISLNK(mode):
                yield Path(entry.path)
