"""The processes of a run on macOS, which lets orphans go to its first process: who belongs is remembered."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from typing import Protocol

assert sys.platform != "win32"

from agents.sandbox.inside import libproc
from agents.sandbox.inside.libproc import Row
from agents.sandbox.inside.tree import Use

_STOP, _KILL = signal.SIGSTOP, signal.SIGKILL


class Kernel(Protocol):
    """What is asked of the system."""

    def rows(self) -> list[Row]: ...

    def is_marked(self, pid: int, mark: str) -> bool: ...

    def send(self, pid: int, number: int) -> None: ...

    def reap(self) -> None:
        """Take leave of children that ended."""
        ...


class Traced:
    """All processes below this one, with those that got away from their parents.

    A process belongs when its parent or its group does, as often as one looks. Who leaves both between two looks is
    still bound to the run's profile, by whose `mark` it is found in the end.
    """

    def __init__(self, mark: str, kernel: Kernel, launcher: int) -> None:
        self._mark = mark
        self._kernel = kernel
        self._launcher = launcher
        self._known: dict[int, Row] = {}

    def pids(self) -> list[int]:
        """Those that are there now, by parents and groups."""
        self._look(self._kernel.rows())
        return list(self._known)

    def use(self, pids: list[int]) -> Use:
        """See `tree.use`; what is private of a process's memory is not told, so all of it counts."""
        found = libproc.tasks(pids)
        sizes = [size for size, _ in found]
        return Use(sum(threads for _, threads in found), max(sizes, default=0), sum(sizes))

    def end(self) -> None:
        """Kill them all and wait until they are gone, also those that are started meanwhile: each is stopped before
        others are looked for, for who is stopped starts nobody."""
        stopped: set[int] = set()
        while fresh := self._all() - stopped:
            for pid in fresh:
                self._kernel.send(pid, _STOP)
            stopped |= fresh
        while left := self._all():
            for pid in left:
                self._kernel.send(pid, _KILL)
            self._kernel.reap()
            time.sleep(0.002)

    def _all(self) -> set[int]:
        rows = self._kernel.rows()
        self._look(rows)
        strangers = [row.pid for row in rows if row.pid not in self._known and row.pid != self._launcher]
        return set(self._known) | {pid for pid in strangers if self._kernel.is_marked(pid, self._mark)}

    def _look(self, rows: Sequence[Row]) -> None:
        self._known = belonging(rows, self._known, self._launcher)


def belonging(rows: Sequence[Row], known: dict[int, Row], launcher: int) -> dict[int, Row]:
    """Of all processes those that belong to the launcher's run: its children, those of `known`, which is what the
    last look found, and whoever has one of them as parent or is in a group of theirs. A number that was given to
    another process since is not known, and the group that the launcher itself is in is not theirs."""
    others = [row for row in rows if row.pid != launcher]
    shared = {row.group for row in rows if row.pid == launcher}
    found = {row.pid: row for row in others if row.pid in known and known[row.pid].started == row.started}
    groups = {row.group for row in (*known.values(), *found.values())} - shared
    while True:
        fresh = [
            row
            for row in others
            if row.pid not in found and (row.parent == launcher or row.parent in found or row.group in groups)
        ]
        if not fresh:
            return found
        found |= {row.pid: row for row in fresh}
        groups |= {row.group for row in fresh} - shared


class Darwin:
    """The kernel of macOS."""

    def rows(self) -> list[Row]:
        return libproc.rows()

    def is_marked(self, pid: int, mark: str) -> bool:
        return libproc.is_marked(pid, mark)

    def send(self, pid: int, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)

    def reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
