"""Kills a process after each of its steps on the disk in turn, as a power cut or `kill -9` might.

A step is whatever changes a folder or opens a file to write, and each write of the store. It runs in a child that
is forked before any thread exists; the child ends without a word, so nothing that would tidy up does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

_CHANGES = {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.symlink"}
KILLED = 9


class _Steps:
    """Counts down to the end of this process."""

    left = -1

    @classmethod
    def step(cls) -> None:
        if cls.left == 0:
            os._exit(KILLED)
        if cls.left > 0:
            cls.left -= 1


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if _Steps.left < 0:
        return
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if event in _CHANGES or writes:
        _Steps.step()


def killed_after(steps: int, work: Callable[[], None]) -> bool:
    """Do `work` in a child that is killed after so many steps; whether it was, or had ended before."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if code not in (0, KILLED):
            raise AssertionError(f"the child failed with {code}")
        return code == KILLED
    code = 1
    try:
        sys.addaudithook(_heard)
        work_with_steps(steps, work)
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


def work_with_steps(steps: int, work: Callable[[], None]) -> None:
    from app.store.database import Database

    write = Database.write

    def counted(self: Database, job: Callable[[Any], Any]) -> Any:
        if self._joined() is not None:  # part of a change that is counted already
            return write(self, job)
        _Steps.step()
        result = write(self, job)
        _Steps.step()
        return result

    Database.write = counted  # type: ignore[method-assign,assignment]
    _Steps.left = steps
    work()
    _Steps.left = -1
