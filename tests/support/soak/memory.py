"""Looks at the memory and the open files of processes while a soak goes on."""

from __future__ import annotations

import contextlib
import re
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import psutil

from engine.local.client import LocalEngine
from tests.support.soak.ledger import Ledger

_INTERVAL = 0.5


class Memory(NamedTuple):
    """Bytes at most, in the first and in the second half of a time."""

    first: int
    second: int

    @property
    def growth(self) -> int:
        return self.second - self.first


class Sampler(threading.Thread):
    """Looks twice a second at this process, at the host in times that are calm, and at a worker if there is one."""

    def __init__(self, engine: LocalEngine, ledger: Ledger, worker: int | None = None) -> None:
        super().__init__(name="soak-memory")
        self._engine, self._ledger = engine, ledger
        self._own = psutil.Process()
        self._other = psutil.Process(worker) if worker else None
        self._parent: list[int] = []
        self._files: list[int] = []
        self._worker: list[int] = []
        self._calms: list[list[int]] = []
        self._handles: list[list[int]] = []
        self._is_calm = False
        self.stop = threading.Event()

    def calm(self) -> None:
        """From now on the host stays the same, until `trouble` or the end."""
        self._calms.append([])
        self._handles.append([])
        self._is_calm = True

    def trouble(self) -> None:
        self._is_calm = False

    def run(self) -> None:
        while not self.stop.wait(_INTERVAL):
            self._parent.append(held(self._own))
            self._files.append(open_files(self._own))
            with contextlib.suppress(psutil.Error):
                if self._other:
                    self._worker.append(held(self._other))
            if self._is_calm:
                with contextlib.suppress(psutil.Error):
                    host = psutil.Process(self._engine.host_pid)
                    # What is kept has a bound of its own.
                    self._calms[-1].append(held(host) - self._ledger.kept_bytes)
                    self._handles[-1].append(open_files(host) + host.num_threads())

    @property
    def parent(self) -> Memory:
        return halves(self._parent)

    @property
    def worker(self) -> Memory:
        return halves(self._worker)

    @property
    def hosts(self) -> list[Memory]:
        """Of each calm time."""
        return [halves(values) for values in self._calms]

    @property
    def handles(self) -> list[Memory]:
        """Threads and open files of the host, together, of each calm time."""
        return [halves(values) for values in self._handles]

    @property
    def files(self) -> tuple[int, int]:
        """Open files of this process at most, in the first and in the second half."""
        most = halves(self._files)
        return most.first, most.second


def halves(values: Sequence[int]) -> Memory:
    middle = len(values) // 2
    return Memory(max(values[:middle], default=0), max(values[middle:], default=0))


def held(process: psutil.Process) -> int:
    """Without what is mapped from files, weights above all, which comes and goes, and without huge pages, which these
    move into while an engine rests; with both where the system does not tell them apart."""
    info = process.memory_info()
    return int(info.rss - getattr(info, "shared", 0) - _in_huge_pages(process.pid))


def _in_huge_pages(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # another system, or it has ended
        return 0
    found = re.search(r"^AnonHugePages:\s*(\d+) kB", text, re.MULTILINE)
    return 1024 * int(found[1]) if found else 0


def open_files(process: psutil.Process) -> int:
    return process.num_handles() if sys.platform == "win32" else process.num_fds()
