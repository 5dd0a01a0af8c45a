"""Supervises a sandboxed process tree until its first process ends or must end."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

assert sys.platform == "linux"

from agents.sandbox.inside.plan import LaunchPlan
from agents.sandbox.inside.port_opener import PortOpener
from agents.sandbox.inside.tree import Tree, use

_SHORTEST, _LONGEST = 0.02, 0.1
_LEAST_FREE = 1 << 30
_LEAST_FILES = 10_000


class End(NamedTuple):
    """The end of a tree: `code` is the exit code, negative a signal's number.

    `reason` says why we ended it: "processes", "memory", "disk", "stopped", or "" when it ended by itself.
    """

    code: int
    reason: str = ""


class Floor(NamedTuple):
    """Bytes and files that a program has to leave free on the disk of `folder`."""

    folder: str
    bytes: int
    files: int

    def is_reached(self) -> bool:
        try:
            facts = os.statvfs(self.folder)
        except OSError:  # the folder was removed or moved: nothing can be written there
            return False
        return facts.f_bavail * facts.f_frsize < self.bytes or facts.f_favail < self.files


def floor_of(folder: str) -> Floor:
    """A gibibyte and ten thousand files, or half of what is left when less is.

    Some file systems report 0 files.
    """
    facts = os.statvfs(folder)
    free = facts.f_bavail * facts.f_frsize
    return Floor(folder, min(_LEAST_FREE, free // 2), min(_LEAST_FILES, facts.f_favail // 2))


class Answering(Protocol):
    """Answers the program's calls at `listener`."""

    listener: int

    def answer(self) -> None: ...


class Watch:
    """Looks, from time to time, whether a tree uses too much, or is to end for another reason.

    `home` is the program's own folder, which may be on another disk.
    """

    def __init__(self, plan: LaunchPlan, home: str) -> None:
        self._plan = plan
        self._floors = [Floor(plan.folder, plan.floor, plan.floor_files), floor_of(home)]
        self._parent = os.getppid()
        self._told: list[int] = []
        self._pause = _SHORTEST
        self._due = time.monotonic() + self._pause
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self._told.append(1))

    @property
    def is_ended(self) -> bool:
        """Whether this process was told to end, or nobody is left who could tell."""
        return bool(self._told) or os.getppid() != self._parent

    def seconds(self) -> float:
        """Until the next look."""
        return max(0.0, self._due - time.monotonic())

    def too_much(self, tree: Callable[[], list[int]]) -> str:
        """Look, if it is time, at the processes that `tree` gives; what there is too much of, "" for nothing."""
        if time.monotonic() < self._due:
            return ""
        plan, pids = self._plan, tree()
        self._pause = min(_LONGEST, self._pause * 1.25)
        # Before there are so many that measuring each takes long.
        if plan.processes and len(pids) > plan.processes:
            return "processes"
        used = use(pids)
        if plan.processes and used.tasks > plan.processes:
            return "processes"
        if plan.processes and used.tasks > plan.processes // 8:
            self._pause = _SHORTEST
        self._due = time.monotonic() + self._pause
        if plan.memory and (used.biggest > plan.memory or used.together > 2 * plan.memory):
            return "memory"
        return "disk" if any(floor.is_reached() for floor in self._floors) else ""


def supervise(first: int, tree: Tree, plan: LaunchPlan, watch: Watch, broker: Answering | None = None) -> End:
    """Wait for the process `first`, reap, and kill all that is left; returns when the tree is empty.

    `watch` is older than `first`: who is told to end while it starts ends it too.
    """
    with woken_by_children() as wake:
        end = _watched(first, tree, plan, wake, watch, broker)
    tree.end()
    return end


def _watched(
    first: int, tree: Tree, plan: LaunchPlan, wake: int, watch: Watch, broker: Answering | None
) -> End:
    waited = [wake] if plan.channel < 0 else [wake, plan.channel]
    waited += [broker.listener] if broker else []
    opener = PortOpener(plan.listens) if plan.listens >= 0 else None
    while True:
        code = _reaped(first)
        if code is not None:
            return End(code)
        asked = opener.waited if opener else []
        ready = select.select([*waited, *asked], [], [], watch.seconds())[0]
        if wake in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 4096)
        if opener and any(one in ready for one in asked):
            opener.answer()
        if plan.channel in ready or watch.is_ended:
            return End(-signal.SIGTERM, "stopped")
        if broker and broker.listener in ready:
            broker.answer()
        if reason := watch.too_much(tree.pids):
            return End(-signal.SIGKILL, reason)


def _reaped(first: int) -> int | None:
    """Reap all ended children; returns the exit code of `first` when it is among them."""
    found = None
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            if pid == first:
                found = os.waitstatus_to_exitcode(status)
    return found


@contextlib.contextmanager
def woken_by_children() -> Iterator[int]:
    """A descriptor that is readable after a signal, SIGCHLD among them."""
    read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    before = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    try:
        yield read
    finally:
        signal.set_wakeup_fd(before)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(read)
        os.close(write)
