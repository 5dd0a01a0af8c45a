"""The run that the page shows: read off the GUI thread, handed over in pieces, and kept up to date while it runs."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from agents.events import Entry, ModelTurn
from agents.permissions.values import ApprovalRequest
from app.desktop.base.service_calls import ServiceCalls
from app.services.events import ServiceEvent
from app.services.models.events import ArgumentsDelta, GenerationQueued, PromptProgress, TextDelta
from app.services.runs.events import (
    GrantsChanged,
    RunAsks,
    RunChanged,
    RunEntries,
)
from app.services.runs.values import RunRecord, RunView
from engine.errors import UserError

if TYPE_CHECKING:
    from app.desktop.base.tasks import Task
    from app.services.services import Services

READ_PIECE = 500  # events that are read at a time
SHOWN_PIECE = 40  # events that are shown before the window may do something else
FOLD_MS = 120  # how long what has come is gathered before the view is folded again


Event = RunEntries | TextDelta | ArgumentsDelta | RunAsks | RunChanged


class RunLoader(QObject):
    """`opened` carries the view of a run and its first entries; `came` the entries after those, in order;
    `viewed` the view whenever it is another one; `asks` what the run waits for, or None; `wrote` new text of the
    turn that is being written, `waits` what it waits for before that (`GenerationQueued` or `PromptProgress`). All
    are about the run `shown`; `shown_changed` comes when that is another one, or none."""

    opened = Signal(object, object)
    came = Signal(object)
    viewed = Signal(object)
    asks = Signal(object)
    wrote = Signal(object)
    waits = Signal(object)
    shown_changed = Signal()
    failed = Signal(object)

    def __init__(self, calls: ServiceCalls, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self.shown = 0
        self.view: RunView | None = None
        self._reading: Task | None = None
        self._folding = self._fold_waits = self._catching_up = False
        self._entries: list[Entry] = []
        self._early: list[Event] = []  # told while the journal was being read
        # What turns of runs wait for, shown or not.
        self._waiting: dict[int, GenerationQueued | PromptProgress] = {}
        self._queue: deque[Entry] = deque()
        self._next = QTimer(self, interval=0)
        self._next.timeout.connect(self._hand_over)
        self._fold = QTimer(self, singleShot=True, interval=FOLD_MS)
        self._fold.timeout.connect(self._fold_again)

    def show(self, run: int) -> None:
        """Read another run, or the same one anew."""
        self._forget()
        self.shown = run
        self.shown_changed.emit()
        self._reading = self._calls.do(
            lambda s: _read(s, run), self._take, self.failed.emit, executor="io", owner=self
        )

    def catch_up(self) -> None:
        """Read what is new of it, of which nothing is told: another process writes it."""
        if self.view is None or self._catching_up:
            return
        self._catching_up = True
        run, last = self.shown, self._entries[-1].seq if self._entries else 0
        self._calls.do(
            lambda s: (s.runs.entries(run, last), s.runs.get(run)),
            lambda found: self._caught_up(run, *found),
            self._not_caught_up,
            executor="io",
            owner=self,
        )

    def _caught_up(self, run: int, entries: tuple[Entry, ...], record: RunRecord) -> None:
        self._catching_up = False
        if run == self.shown and self.view is not None:
            self._add(entries)
            if record != self.view.record:
                self._take_record(self.view, record)

    def _not_caught_up(self, error: UserError) -> None:
        self._catching_up = False  # it is gone by now; the list says so

    def clear(self) -> None:
        """Show none."""
        if self.shown:
            self._forget()
            self.shown_changed.emit()

    def _forget(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        self._next.stop()
        self._fold.stop()
        self.shown, self.view = 0, None
        self._entries, self._early = [], []
        self._queue.clear()

    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._entries)

    def _take(self, found: tuple[RunView, tuple[Entry, ...]]) -> None:
        self._reading = None
        view, entries = found
        self.view = view
        self._entries = list(entries)
        self.opened.emit(view, entries[:SHOWN_PIECE])
        self._queue.extend(entries[SHOWN_PIECE:])
        if self._queue:
            self._next.start()
        early, self._early = self._early, []
        for event in early:  # what was read may be older
            self._take_event(event)
        if (waiting := self._waiting.get(self.shown)) is not None:
            self.waits.emit(waiting)

    def _last_step(self) -> int:
        turns = (entry.event for entry in reversed(self._entries) if isinstance(entry.event, ModelTurn))
        return next((turn.step for turn in turns), 0)

    def _hand_over(self) -> None:
        piece = [self._queue.popleft() for _ in range(min(SHOWN_PIECE, len(self._queue)))]
        if not self._queue:
            self._next.stop()
        if piece:
            self.came.emit(tuple(piece))

    def _add(self, entries: Sequence[Entry]) -> None:
        last = self._entries[-1].seq if self._entries else 0
        new = [entry for entry in entries if entry.seq > last]
        if not new:
            return
        self._entries += new
        if self._queue:  # behind what waits to be shown
            self._queue.extend(new)
        else:
            self.came.emit(tuple(new))
        self._fold.start()

    # What the services tell

    def take_events(self, events: list[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, GrantsChanged):
                if self.view is not None:
                    self._fold.start()
            elif isinstance(event, RunChanged):
                if event.run.id == self.shown:
                    self._take_event(event)
            elif isinstance(event, GenerationQueued | PromptProgress) and event.owner.run:
                self._take_waits(event)
            elif isinstance(event, RunEntries | TextDelta | ArgumentsDelta | RunAsks):
                run = event.owner.run if isinstance(event, TextDelta | ArgumentsDelta) else event.run
                self._waiting.pop(run, None)
                if run and run == self.shown:
                    self._take_event(event)

    def _take_waits(self, event: GenerationQueued | PromptProgress) -> None:
        self._waiting[event.owner.run] = event
        if event.owner.run == self.shown and self.view is not None:
            self.waits.emit(event)

    def _take_event(self, event: Event) -> None:
        if self.view is None:
            self._early.append(event)
        elif isinstance(event, RunEntries):
            self._add(event.entries)
        elif isinstance(event, TextDelta | ArgumentsDelta):
            if event.owner.step > self._last_step():  # else its turn is in the journal already
                self.wrote.emit(event)
        elif isinstance(event, RunChanged):
            self._take_record(self.view, event.run)
        else:
            self.view = msgspec.structs.replace(self.view, pending=event.request)
            self.asks.emit(event.request)

    def _take_record(self, view: RunView, run: RunRecord) -> None:
        self.view = msgspec.structs.replace(view, record=run)
        self.viewed.emit(self.view)
        self._fold.start()

    def _fold_again(self) -> None:
        """Fold the view from what is here, off the GUI thread; once more when it is another one by then."""
        self._fold_waits = self._folding
        if self._folding or self.view is None:
            return
        self._folding = True
        run, record, pending, entries = self.shown, self.view.record, self.view.pending, self.entries()
        self._calls.do(
            lambda s: _folded(s, record, entries, pending),
            lambda view: self._take_fold(run, view),
            self._fold_failed,
            executor="io",
            owner=self,
        )

    def _take_fold(self, run: int, view: RunView) -> None:
        self._folding = False
        if self._fold_waits:
            self._fold.start()
        if run == self.shown and self.view is not None:
            # Its record and question are told as they change: those here are the newest.
            self.view = msgspec.structs.replace(view, record=self.view.record, pending=self.view.pending)
            self.viewed.emit(self.view)

    def _fold_failed(self, error: UserError) -> None:
        self._folding = False
        self.failed.emit(error)


def _read(services: Services, run: int) -> tuple[RunView, tuple[Entry, ...]]:
    """The whole journal, piece by piece, so that other threads come to their turn."""
    found: list[Entry] = []
    while True:
        piece = services.runs.entries(run, found[-1].seq if found else 0, READ_PIECE)
        found += piece
        if len(piece) < READ_PIECE:
            break
    entries = tuple(found)
    return _folded(services, services.runs.get(run), entries, services.runs.pending(run)), entries


def _folded(
    services: Services, record: RunRecord, entries: tuple[Entry, ...], pending: ApprovalRequest | None
) -> RunView:
    from app.services.runs.view import view_of

    return view_of(record, entries, pending, services.runs.grants.all())
