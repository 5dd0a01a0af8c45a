"""A run's journal together with its folds: each event written is at once in the state and the history."""

from __future__ import annotations

import time
from collections.abc import Callable

from agents.api import Journal
from agents.context.history import History
from agents.events import Entry, RunEvent, RunFinished, keeps_time
from agents.run.state import RunState

# Seconds of the budget below which nothing new is started.
_TOO_SHORT = 0.1


class Record:
    """State and history of a run, folded from its journal.

    Raises UserError `store.*` when the journal cannot be written: then nothing that was to follow may be
    done.
    """

    def __init__(self, journal: Journal, clock: Callable[[], float] = time.monotonic) -> None:
        self.journal = journal
        self.state = RunState()
        self.history = History()
        self._clock = clock
        self._seq = 0
        self._since = clock()
        self._read()

    def append(self, event: RunEvent) -> Entry:
        """Write an event and fold it in, with events that others wrote meanwhile (undo)."""
        entry = self.journal.append(event)
        self._read() if entry.seq != self._seq + 1 else self._take(entry)
        if keeps_time(event):
            self._since = self._clock()
        return entry

    def seconds(self) -> float:
        """Time used so far, in seconds, without waiting for a person."""
        going = 0.0 if self.state.waits else self._clock() - self._since
        return self.state.used.seconds + going

    def totalled(self, finished: RunFinished) -> RunFinished:
        """The end with what the run took up to now."""
        return self.state.totalled(finished, self.seconds() - self.state.used.seconds)

    def seconds_left(self) -> float | None:
        """Seconds left of the budget; None without a limit."""
        limit = self.state.budget.seconds
        return max(0.0, limit - self.seconds()) if limit else None

    def ended(self) -> str:
        """The limit of the budget that is reached, "" when none is."""
        left = self.seconds_left()
        reason = self.state.used.ended(self.state.budget)
        return reason or ("time" if left is not None and left < _TOO_SHORT else "")

    def _read(self) -> None:
        for entry in self.journal.entries(self._seq):
            self._take(entry)

    def _take(self, entry: Entry) -> None:
        self._seq = entry.seq
        self.state = self.state.after(entry)
        self.history.add(entry)
