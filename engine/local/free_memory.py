"""The memory that this process may still take: of the machine, and of the groups (cgroups of Linux) that hold it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil

_GROUPS = Path("/sys/fs/cgroup")
_OF_PROCESS = Path("/proc/self/cgroup")


class _Version(NamedTuple):
    """Of groups: the controller's folder, its files of limit and usage, and what it counts as pages of files, which
    are given back."""

    folder: str
    limit: str
    usage: str
    pages: tuple[str, str]


_VERSIONS = {
    "memory": _Version(
        "memory",
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        ("total_active_file", "total_inactive_file"),
    ),
    "": _Version("", "memory.max", "memory.current", ("active_file", "inactive_file")),
}


def has_memory_for(size: int) -> bool:
    """Whether so many bytes may be taken for a while: twice as many are free, as others take some meanwhile."""
    return 2 * size <= free_memory()


def free_memory() -> int:
    """Bytes."""
    return max(min([psutil.virtual_memory().available, *_left_in_groups()]), 0)


def _left_in_groups() -> Iterator[int]:
    with suppress(OSError):
        for line in _OF_PROCESS.read_text().splitlines():
            _, controllers, place = line.split(":", 2)
            name = "memory" if "memory" in controllers.split(",") else controllers
            if version := _VERSIONS.get(name):
                yield from _left(version, _GROUPS / version.folder, place.lstrip("/"))


def _left(version: _Version, root: Path, place: str) -> Iterator[int]:
    """Of a group and of all above it that have a limit."""
    group = root / place
    for each in (group, *group.parents):
        with suppress(OSError, ValueError):  # no limit is a word, or no file
            most, used = (int((each / name).read_text()) for name in (version.limit, version.usage))
            told = (line.split() for line in (each / "memory.stat").read_text().splitlines())
            yield most - used + sum(int(value) for name, value in told if name in version.pages)
        if each == root:
            return
