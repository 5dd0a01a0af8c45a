"""Where a run's events are kept; the store implements it, tests keep them in memory."""

from __future__ import annotations

from typing import Protocol

from agents.events import Entry, RunEvent


class Journal(Protocol):
    """The event log of one run. All methods may be called from any thread and raise UserError `store.*`."""

    @property
    def run(self) -> int: ...

    def append(self, event: RunEvent) -> Entry:
        """Write it down. When this returns, a killed process does not lose it."""
        ...

    def entries(self, after: int = 0) -> tuple[Entry, ...]:
        """Those with a greater `seq` than `after`, in order."""
        ...

    def keep(self, text: str) -> str:
        """Keep a long text whole, outside the events; returns its handle ("r1", "r2", ...), short enough for a
        model to repeat."""
        ...

    def kept(self, handle: str) -> str:
        """The text of a handle. Raises UserError `run.no_text`."""
        ...
