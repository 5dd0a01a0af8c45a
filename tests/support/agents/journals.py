"""Journals for tests: every event goes through JSON, as in the store."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from agents.events import Entry, RunEvent, decoded
from engine.errors import UserError


class ListJournal:
    """In memory. `before` is called with each event before it is written."""

    run = 1

    def __init__(
        self, clock: Callable[[], float] = time.time, before: Callable[[RunEvent], None] = lambda event: None
    ) -> None:
        self.log: list[Entry] = []
        self.texts: dict[str, str] = {}
        self._clock, self._before = clock, before
        self._lock = threading.Lock()

    @property
    def events(self) -> list[RunEvent]:
        return [entry.event for entry in self.log]

    @property
    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.log]

    def append(self, event: RunEvent) -> Entry:
        self._before(event)
        with self._lock:
            entry = Entry(self.run, len(self.log) + 1, self._clock(), decoded(msgspec.json.encode(event)))
            self.log.append(entry)
        return entry

    def entries(self, after: int = 0) -> tuple[Entry, ...]:
        return tuple(self.log[after:])

    def keep(self, text: str) -> str:
        handle = f"r{len(self.texts) + 1}"
        self.texts[handle] = text
        return handle

    def kept(self, handle: str) -> str:
        if handle not in self.texts:
            raise UserError("run.no_text", handle=handle)
        return self.texts[handle]


class FileJournal(ListJournal):
    """In a file, a line for each event; a killed process loses none that `append` returned for."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        if path.exists():
            whole = path.read_bytes()
            # A line that was not written to its end was never told.
            for line in whole[: whole.rfind(b"\n") + 1].splitlines():
                self.log.append(msgspec.json.decode(line, type=Entry))
            with path.open("r+b") as file:
                file.truncate(whole.rfind(b"\n") + 1)

    def append(self, event: RunEvent) -> Entry:
        entry = super().append(event)
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(entry) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return entry
