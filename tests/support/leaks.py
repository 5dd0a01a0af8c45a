"""What a test may not leave behind: threads, child processes, files. `qt_leaks` has the same for Qt."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from multiprocessing import active_children, resource_tracker
from pathlib import Path
from typing import NamedTuple

import psutil

# What has been told to stop may still be on its way out, on a busy machine for long.
GRACE_S = float(os.environ.get("COTERIE_TEST_GRACE_S", "60"))
POLL_S = 0.01
# Of the tools, not of the code under test.
TOOL_THREADS = ("pytest_timeout",)
TOOL_FILES = (
    "__pycache__",
    ".pytest_cache",
    ".hypothesis",
    ".mypy_cache",
    ".ruff_cache",
    ".coverage",
    "pymp-",
)


def until_empty(left: Callable[[], list[str]]) -> list[str]:
    """What `left` still names after the grace time, which stands still with the machine; returns at once when it
    names nothing."""
    polls = int(GRACE_S / POLL_S)
    while (names := left()) and (polls := polls - 1) > 0:
        time.sleep(POLL_S)
    return names


class Before(NamedTuple):
    """The state of the process before a test, to compare with the state after it."""

    threads: frozenset[threading.Thread]
    children: frozenset[int]
    files: frozenset[str]
    folders: tuple[Path, ...]

    @classmethod
    def now(cls, folders: Iterable[Path]) -> Before:
        folders = tuple(dict.fromkeys(folders))
        return cls(
            frozenset(threading.enumerate()),
            frozenset(child.pid for child in _running_children()),
            frozenset(_entries(folders)),
            folders,
        )

    def threads_left(self) -> list[str]:
        return [
            f"thread {thread.name!r} still runs"
            for thread in threading.enumerate()
            if thread not in self.threads
            # Qt's threads show up as dummies once they ran Python code; qt_leaks watches those.
            and not isinstance(thread, threading._DummyThread)
            and not thread.name.startswith(TOOL_THREADS)
        ]

    def children_left(self) -> list[str]:
        return [
            f"child process {child.pid} ({_name(child)}) still runs"
            for child in _running_children()
            if child.pid not in self.children
        ]

    def files_left(self) -> list[str]:
        return [f"{path} was left behind" for path in sorted(_entries(self.folders) - self.files)]

    def left(self) -> list[str]:
        """One line for each thing that a test left, in words. Child processes it left are killed."""
        children = until_empty(self.children_left)
        if children:
            self._kill_children()
        return until_empty(self.threads_left) + children + self.files_left()

    def _kill_children(self) -> None:
        for child in _running_children():
            if child.pid not in self.children:
                child.kill()


def _running_children() -> list[psutil.Process]:
    active_children()  # takes note of those that ended
    tracker = getattr(resource_tracker._resource_tracker, "_pid", None)
    running = []
    for pid in _child_ids():
        try:
            child = psutil.Process(pid)
            ended = child.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            continue
        if pid != tracker and not ended:
            running.append(child)
    return running


def _child_ids() -> list[int]:
    try:
        # Linux tells a process its own; psutil would look at all processes of the machine, twice for each test.
        found = [file.read_text() for file in Path("/proc/self/task").glob("*/children")]
    except OSError:  # a thread that ended just then
        found = []
    return (
        list(map(int, " ".join(found).split()))
        if found
        else [child.pid for child in psutil.Process().children()]
    )


def _name(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline()[:4])
    except psutil.Error:
        return "ended meanwhile"


def _entries(folders: Iterable[Path]) -> set[str]:
    return {
        os.path.join(folder, name)  # noqa: PTH118 - twice for each test, and a Path takes ten times as long
        for folder in folders
        for name in os.listdir(folder)  # noqa: PTH208
        if not name.startswith(TOOL_FILES)
    }
