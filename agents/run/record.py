"""A run's journal as the run itself sees it: whatever is written is at once in its state and in its history."""

from __future__ import annotations

import time
from collections.abc import Callable

from agents.context.history import History
from agents.events import Approval, Entry, RunEvent
from agents.journal import Journal
from agents.run.state import RunState


class Record:
    """The state and the history are folds of the journal, now as after a restart. Raises UserError `store.*` when it
    cannot be written: then nothing of what was to follow may be done."""

    def __init__(self, journal: Journal, clock: Callable[[], float] = time.monotonic) -> None:
        self.journal = journal
        self._clock = clock
        entries = journal.entries()
        self.state = RunState.of(entries)
        self.history = History.of(entries)
        # What was kept before the call that was asked about last, and what changed by it.
        self._since = clock()

    def append(self, event: RunEvent) -> Entry:
        entry = self.journal.append(event)
        self.state = self.state.after(entry)
        self.history.add(entry)
        self._since = self._clock()
        return entry

    def entries(self) -> tuple[Entry, ...]:
        return self.journal.entries()

    def seconds(self) -> float:
        """Time used up to now, without waiting for a person."""
        going = 0.0 if self.state.waits else self._clock() - self._since
        return self.state.used.seconds + going

    def seconds_left(self) -> float | None:
        """None: as long as it takes."""
        limit = self.state.budget.seconds
        return max(0.0, limit - self.seconds()) if limit else None

    def ended(self) -> str:
        """The limit of the budget that is reached, "" while there is something left."""
        reason = self.state.used.ended(self.state.budget)
        return reason or ("time" if self.seconds_left() == 0.0 else "")

    def is_new(self) -> bool:
        return self.state.started is None

    def approval(self, call: str) -> Approval | None:
        """The last that was written about a call."""
        for entry in reversed(self.journal.entries()):
            if isinstance(entry.event, Approval) and entry.event.call == call:
                return entry.event
        return None
