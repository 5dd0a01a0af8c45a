"""A journal in memory."""

from __future__ import annotations

from agents.events import Entry, RunEvent
from engine.errors import UserError


class MemoryJournal:
    run = 1

    def __init__(self) -> None:
        self.log: list[Entry] = []
        self.texts: dict[str, str] = {}

    def append(self, event: RunEvent) -> Entry:
        entry = Entry(self.run, len(self.log) + 1, 1_700_000_000.0 + len(self.log), event)
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
