"""Parent side of a process that runs llama.cpp: its start, its pipe, its log and its end."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from engine.local.log_file import LogFile
from engine.local.spawned_process import UntrackedProcess

log = logging.getLogger(__name__)


class Spawned:
    """One spawned process. `main` runs in it, and gets its end of the pipe, the path of the log, and `arguments`.

    Raises OSError when the machine gives no process, pipe or temporary file.
    """

    def __init__(self, main: Callable[..., None], name: str, *arguments: Any) -> None:
        context = multiprocessing.get_context("spawn")
        with contextlib.ExitStack() as undo:
            self.log = LogFile()
            undo.callback(self.log.close)
            self.connection: Connection
            self.connection, theirs = context.Pipe(duplex=True)
            undo.enter_context(self.connection)
            self.process: SpawnProcess = UntrackedProcess(
                target=main, args=(theirs, self.log.path, *arguments), name=name, daemon=True
            )
            with theirs, _terminal_signals_blocked():
                self.process.start()
            # Our copy of the child's end is closed now, else the end of the child would never end the pipe.
            undo.pop_all()
        self._name = name
        log.info("Process %d started: %s", self.process.pid, name)

    def take_over(self, other: Spawned) -> None:
        """Own the process of `other`, which is not used any more."""
        self.log, self.connection, self.process = other.log, other.connection, other.process
        self._name = other._name
        log.info("Process %d was started early: %s", self.process.pid, self._name)

    def dispose(self) -> int | None:
        """Kill what is left of the process and release its resources; its exit code."""
        if self.process.is_alive():
            self.process.kill()
        self.process.join()
        code = self.process.exitcode
        log.info("Process %d of %s ended with exit code %s", self.process.pid, self._name, code)
        self.connection.close()
        self.process.close()
        self.log.close()
        return code


@contextlib.contextmanager
def _terminal_signals_blocked() -> Iterator[None]:
    """A process started inside begins with Ctrl+C and the terminal's end blocked, until it ignores them.

    They reach the whole group of processes, and a Python that is just starting would print a traceback.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
