"""The person who is asked, and the journal."""

from __future__ import annotations

from typing import Protocol

from agents.events import Entry, RunEvent
from agents.permissions.values import ApprovalRequest, Decision


class Approver(Protocol):
    """Asks a person to approve a call.

    `ask` blocks until there is a decision; None: nobody can be asked, or the run is stopped.
    """

    def ask(self, request: ApprovalRequest) -> Decision | None: ...


class Journal(Protocol):
    """The event log of one run. All methods may be called from any thread and raise UserError `store.*`."""

    @property
    def run(self) -> int: ...

    def append(self, event: RunEvent) -> Entry:
        """Append an event durably: once this returns, killing the process does not lose it."""
        ...

    def entries(self, after: int = 0) -> tuple[Entry, ...]:
        """Entries with a greater `seq` than `after`, in order."""
        ...

    def keep(self, text: str) -> str:
        """Store a long text outside the events; returns its handle ("r1", "r2", ...), short enough for a
        model to repeat.
        """
        ...

    def kept(self, handle: str) -> str:
        """The text of a handle. Raises UserError `run.no_text`."""
        ...
