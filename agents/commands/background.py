"""A command in the background: reads what it writes, and tells how it goes."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections.abc import Callable

from agents.api import Job
from agents.commands.recent_output import RecentOutput
from agents.events import Background, BackgroundEnd
from engine.errors import UserError

_LOOK = 0.2  # seconds
_FIRST, _LONGEST, _GROWTH = 0.5, 30.0, 1.3  # seconds between two events of output, which become rarer
_PORTS_AFTER = 1.0  # seconds between two looks at its ports
_MOST_TOLD = 2000  # bytes of new output in an event
_PATIENCE = 10.0  # seconds for it to end


class InBackground:
    """Implements `BackgroundCommand` for a `job` that the call `call` has started. Its events go to `note`, on a
    thread of its own; `ports_now` looks at which ports it listens."""

    def __init__(
        self,
        name: str,
        command: str,
        call: str,
        job: Job,
        note: Callable[[Background], None],
        ports_now: Callable[[str], tuple[int, ...]],
    ) -> None:
        self.name, self.command, self.call = name, command, call
        self.ports: tuple[int, ...] = ()
        self.code: int | None = None
        self._job, self._note, self._ports_now = job, note, ports_now
        self._output = RecentOutput()
        self._read_by_model = self._told = 0
        self._told_ports: tuple[int, ...] = ()
        self._why: BackgroundEnd = "exit"
        self._pause, self._last = _FIRST, time.monotonic()
        self._looked = 0.0
        self._thread = threading.Thread(target=self._live, name=f"background-{name}", daemon=True)
        self._thread.start()

    def new_output(self, seconds: float, cancelled: Callable[[], bool]) -> str:
        """See `BackgroundCommand.new_output`."""
        until = time.monotonic() + seconds
        while not self._output.wait(self._read_by_model, min(_LOOK, max(0.0, until - time.monotonic()))):
            if cancelled() or time.monotonic() >= until:
                break
        if self.code is None:
            self.ports = self._ports_now(self.name)
        text, self._read_by_model = self._output.since(self._read_by_model)
        return text

    def stop(self, by: BackgroundEnd) -> None:
        """See `BackgroundCommand.stop`."""
        self.is_to_end(by)
        self._job.stop()
        self._thread.join(_PATIENCE)

    def is_to_end(self, why: BackgroundEnd) -> None:
        """Note why it ends, if it has not ended yet."""
        if self.code is None and self._why == "exit":
            self._why = why

    def join(self) -> None:
        """Wait until its end is told; its sandbox must have ended it."""
        self._thread.join(_PATIENCE)

    def _live(self) -> None:
        while self._read():
            if time.monotonic() - self._last >= self._pause:
                self._tell()
        self._tell(ended=True)
        try:
            code = self._job.ended()
        except UserError:
            code = -9
        self._job.close()
        self.code, self.ports = code, ()
        self._say(Background(self.name, "ended", code=code, reason=self._why, bytes=self._output.total))
        self._output.end()

    def _read(self) -> bool:
        """Read what it has written, for a moment; False when there is no more."""
        if not select.select([self._job.output], [], [], _LOOK)[0]:
            return True
        try:
            piece = os.read(self._job.output, 1 << 16)
        except OSError:
            return False
        self._output.add(piece) if piece else None
        return bool(piece)

    def _tell(self, *, ended: bool = False) -> None:
        new = self._output.total > self._told
        if not (new or ended) and time.monotonic() - self._looked < _PORTS_AFTER:
            return
        if not ended:
            self.ports, self._looked = self._ports_now(self.name), time.monotonic()
        if not new and self.ports == self._told_ports:
            return
        self._told_ports = self.ports
        text, self._told = self._output.since(self._told, _MOST_TOLD)
        self._last, self._pause = time.monotonic(), min(_LONGEST, self._pause * _GROWTH)
        self._say(Background(self.name, "output", text=text, bytes=self._told, ports=self.ports))

    def _say(self, event: Background) -> None:
        with contextlib.suppress(UserError):  # the journal cannot be written: the run ends for it
            self._note(event)
