"""Watching over a sandboxed tree until its first process ends or must end."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from collections.abc import Iterator
from typing import NamedTuple

assert sys.platform != "win32"

from agents.sandbox.inside.plan import LaunchPlan
from agents.sandbox.inside.tree import Tree

_SHORTEST, _LONGEST = 0.02, 0.1


class End(NamedTuple):
    """`code` is the exit code, negative a signal's number. `reason` says why we ended it: "processes", "memory",
    "disk", "stopped", or "" when it ended by itself."""

    code: int
    reason: str = ""


def supervise(first: int, tree: Tree, plan: LaunchPlan) -> End:
    """Wait for the process `first`, reap who ends, and end all that is left. Returns when nobody is left."""
    wanted_end: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: wanted_end.append(1))
    with _woken_by_children() as wake:
        end = _watch(first, tree, plan, wake, wanted_end)
    tree.end()
    return end


def _watch(first: int, tree: Tree, plan: LaunchPlan, wake: int, wanted_end: list[int]) -> End:
    pause = _SHORTEST
    parent = os.getppid()
    waited = [wake] if plan.channel < 0 else [wake, plan.channel]
    while True:
        code = _reaped(first)
        if code is not None:
            return End(code)
        ready = select.select(waited, [], [], pause)[0]
        if wake in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 4096)
        # Where the kernel does not signal it (macOS), the end of who started us is seen by this.
        if plan.channel in ready or wanted_end or os.getppid() != parent:
            return End(-signal.SIGTERM, "stopped")
        pause = min(_LONGEST, pause * 1.25)
        pids = tree.pids()
        # Before they are so many that looking at each takes long.
        if plan.processes and len(pids) > plan.processes:
            return End(-signal.SIGKILL, "processes")
        used = tree.use(pids)
        if plan.processes and used.tasks > plan.processes:
            return End(-signal.SIGKILL, "processes")
        if plan.processes and used.tasks > plan.processes // 8:
            pause = _SHORTEST
        if plan.memory and (used.biggest > plan.memory or used.together > 2 * plan.memory):
            return End(-signal.SIGKILL, "memory")
        if _is_filling(plan):
            return End(-signal.SIGKILL, "disk")


def _reaped(first: int) -> int | None:
    """Take leave of all who ended; the exit code of `first` when it is among them."""
    found = None
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            if pid == first:
                found = os.waitstatus_to_exitcode(status)
    return found


def _is_filling(plan: LaunchPlan) -> bool:
    try:
        facts = os.statvfs(plan.folder)
    except OSError:  # it was taken away or moved: nothing can be written there
        return False
    return facts.f_bavail * facts.f_frsize < plan.floor or facts.f_favail < plan.floor_files


@contextlib.contextmanager
def _woken_by_children() -> Iterator[int]:
    """A descriptor that can be read when a signal came, a child's end among them."""
    read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) if hasattr(os, "pipe2") else os.pipe()
    os.set_blocking(read, False)
    os.set_blocking(write, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    before = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    try:
        yield read
    finally:
        signal.set_wakeup_fd(before)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(read)
        os.close(write)
