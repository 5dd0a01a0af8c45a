"""The engine host's process as its parent sees it: commands to it, its signs of life, its end."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, wait

import psutil

from engine.local import health, protocol
from engine.local.spawning import Spawned

log = logging.getLogger(__name__)
# What runs in the child: gets its end of the pipe and the path of a log file.
HostMain = Callable[[Connection, str], None]

LOG_TAIL_LINES = 200
CLOSE_PATIENCE = 2.0


class HostProcess(Spawned):
    """One spawned process with its writer thread.

    `workers` are the machines that it computes with. `start_again` is set when it wants to be replaced by a
    host that starts with that `min_batch`; `caches` from when it opens a cache of single experts until it loaded
    without, `from_disk` likewise if these stay in the file, `repacks` from when it lays weights out anew for the
    processor. `early` is a process that runs `main` already. Raises OSError when the machine gives no process, pipe
    or temporary file.
    """

    def __init__(self, main: HostMain, workers: tuple[str, ...], early: Spawned | None = None) -> None:
        self.workers = workers
        self.start_again: int | None = None
        self.caches = self.from_disk = False
        self.repacks = False
        if early is None:
            super().__init__(main, "coterie-engine")
        else:
            self.take_over(early)
        self._killed_before = health.kills_for_memory()
        now = time.monotonic()
        self.vitals = health.Vitals(heard=now + health.START_PATIENCE, stepped=now)
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="engine-writer", daemon=True)
        self._writer.start()

    def send(self, command: protocol.Command) -> None:
        if not isinstance(command, protocol.Ping):
            log.debug("To the host: %s", type(command).__name__)
        self._outgoing.put(protocol.encode(command))

    def _write(self) -> None:
        while (data := self._outgoing.get()) is not None:
            try:
                self.connection.send_bytes(data)
            except OSError:
                return  # the reader sees the end of the process and emits it

    def measure(self, pong: protocol.Pong, now: float) -> None:
        """Handle a pong; a step or processor time since the last one is a sign of life."""
        processor_s = 0.0
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(self.process.pid).cpu_times()
            processor_s = times.user + times.system
        vitals = self.vitals
        if not pong.busy or pong.steps != vitals.steps or processor_s - vitals.processor_s > 0.2:
            vitals.stepped = now
            vitals.processor_s = processor_s
        vitals.busy, vitals.steps = pong.busy, pong.steps

    def exit_code(self) -> int | None:
        """How the process has ended; None where that takes longer than it may."""
        self.process.join(CLOSE_PATIENCE)
        return self.process.exitcode

    def may_lack_memory(self) -> bool:
        """Whether the system killed a process for its memory since this one started, or does not tell."""
        killed = health.kills_for_memory()
        return killed is None or killed != self._killed_before

    def log_tail(self) -> tuple[str, ...]:
        """The last lines of native code's output, or of a traceback."""
        return self.log.lines(LOG_TAIL_LINES)

    def end(self) -> None:
        """Ask the process to close, and kill it after a timeout.

        Only the reader thread collects its exit code: two waiters would take it from each other.
        """
        self.send(protocol.Close())
        if not wait([self.process.sentinel], CLOSE_PATIENCE):
            self.process.kill()

    def dispose(self) -> int | None:
        """As `Spawned.dispose`; ends the writer thread too."""
        if self.process.is_alive():
            self.process.kill()
        self.process.join()
        self._outgoing.put(None)
        self._writer.join()
        return super().dispose()
