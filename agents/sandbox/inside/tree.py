"""Process tree of a sandbox on Linux: counts, measures, kills."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import NamedTuple, Protocol

assert sys.platform == "linux"

_PAGE = os.sysconf("SC_PAGE_SIZE")


class Use(NamedTuple):
    """Usage of a tree: threads of all its processes, bytes of the largest one, private bytes of all together."""

    tasks: int = 0
    biggest: int = 0
    together: int = 0


class Tree(Protocol):
    """The processes of a run, however they are found."""

    def pids(self) -> list[int]: ...

    def all(self) -> list[int]:
        """As `pids`, and slower: none that stays is missing."""
        ...

    def stop(self) -> None:
        """Stop all, so that none of them runs or starts."""
        ...

    def go_on(self) -> None:
        """Let all that are stopped run again."""
        ...

    def end(self) -> None:
        """Kill all and wait until they are gone."""
        ...


class Namespace:
    """All processes of this process's own PID namespace, which is the sandbox's."""

    def pids(self) -> list[int]:
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]  # noqa: PTH208

    def all(self) -> list[int]:
        return self.pids()

    def stop(self) -> None:
        """Stop all others, in one call of the kernel."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, number)

    def end(self) -> None:
        """Kill all others and wait until they are gone."""
        self._signal(signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)


class Descendants:
    """All descendants of the process `root`, 0 for this one, which has to be a subreaper (see `privileges`)."""

    def __init__(self, root: int = 0) -> None:
        self._root = root or os.getpid()

    def pids(self) -> list[int]:
        """A quick list; processes that start or end just now may be missing."""
        if not _children_are_told():
            return self.all()
        found: list[int] = []
        waiting = [self._root]
        while waiting:
            children = _children(waiting.pop())
            found += children
            waiting += children
        return found

    def all(self) -> list[int]:
        found = self._listed()
        # The children of one that has just ended are listed nowhere until they have another parent.
        while len(more := self._listed()) > len(found):
            found = more
        return found

    def _listed(self) -> list[int]:
        below: dict[int, list[int]] = {}
        for pid, parent in _parents():
            below.setdefault(parent, []).append(pid)
        found: list[int] = []
        waiting = [self._root]
        while waiting:
            children = below.pop(waiting.pop(), [])
            found += children
            waiting += children
        return found

    def end(self) -> None:
        """Kill all and wait until they are gone, those that start meanwhile included."""
        self.stop()
        while running := self.all():
            for pid in running:
                _signal(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            time.sleep(0.001)

    def stop(self) -> None:
        stopped: set[int] = set()
        while self._stop(stopped):
            pass

    def go_on(self) -> None:
        for pid in self.all():
            _signal(pid, signal.SIGCONT)

    def _stop(self, stopped: set[int]) -> bool:
        """Stop all, each before its children are listed: a stopped process starts none.

        True when some were not in `stopped` yet.
        """
        if not _children_are_told():
            fresh = [pid for pid in self.all() if pid not in stopped]
            for pid in fresh:
                _signal(pid, signal.SIGSTOP)
            stopped.update(fresh)
            return bool(fresh)
        before = len(stopped)
        waiting = [self._root]
        while waiting:
            for pid in _children(waiting.pop()):
                if pid not in stopped:
                    _signal(pid, signal.SIGSTOP)
                    stopped.add(pid)
                waiting.append(pid)
        return len(stopped) > before


def use(pids: list[int]) -> Use:
    """Usage of these processes, by /proc. Those that end meanwhile do not count."""
    tasks, biggest, together = len(pids), 0, 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            tasks += max(0, Path(f"/proc/{pid}/task").stat().st_nlink - 3)
            resident, shared = _statm(pid)
            biggest = max(biggest, resident)
            together += resident - shared
    return Use(tasks, biggest, together)


def _statm(pid: int) -> tuple[int, int]:
    """Resident and shared bytes: fields 2 and 3 of /proc/PID/statm, see proc(5)."""
    fields = Path(f"/proc/{pid}/statm").read_bytes().split()
    return int(fields[1]) * _PAGE, int(fields[2]) * _PAGE


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _children_are_told() -> bool:
    """Whether the kernel lists children; those of distributions do."""
    return Path("/proc/thread-self/children").exists()


def _children(pid: int) -> list[int]:
    """The children of a process, see proc(5); its threads have children of their own."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208
            with contextlib.suppress(OSError):
                found += map(int, Path(f"/proc/{pid}/task/{thread}/children").read_bytes().split())
    return found


def _parents() -> list[tuple[int, int]]:
    found = []
    for name in os.listdir("/proc"):  # noqa: PTH208
        if name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                # The name of a program is in parentheses and may itself contain any.
                after = Path(f"/proc/{name}/stat").read_bytes().rpartition(b")")[2].split()
                found.append((int(name), int(after[1])))
    return found
