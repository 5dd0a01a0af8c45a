"""Keeps the books of an engine: each request from when it is asked to its one end, and what was told wrongly."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from engine.activity import Activity, CacheActivity
from engine.api import (
    Delta,
    EngineLost,
    Event,
    Finished,
    GenerateRequest,
    Loaded,
    LoadFailed,
    PrefillProgress,
    Queued,
    ToolCalled,
)
from engine.values import ExpertsFired

_DONE = threading.Event()
_DONE.set()
_OF_A_REQUEST = Queued | PrefillProgress | Delta | ToolCalled | ExpertsFired | Finished


class Entry:
    """One request. `harmed`: something else than the model may have ended it, an abort or a restart. `comparable`:
    its answer follows from its messages alone."""

    def __init__(self, request: GenerateRequest, model: str = "") -> None:
        self.request = request
        self.model = model
        self.text: list[str] = []
        self.read = -1
        self.harmed = self.comparable = False
        self.end: Finished | None = None
        self.done = threading.Event()

    @property
    def is_whole(self) -> bool:
        """Whether the answer is the model's own from its beginning to its end."""
        return not self.harmed and self.end is not None and self.end.reason in ("stop", "length")


class Ledger:
    """The listener of an engine whose contexts have so many tokens. `faults` are sentences about what should never
    be. `compared` is the model whose answers may be compared later, "": any. Answers may end with an error whose code
    begins as one of `errors`. `modes` counts the plans' of what was loaded, `not_loaded` the codes of loads that
    failed while `may_fail` said that they may."""

    def __init__(self, context: int, compared: str = "", errors: tuple[str, ...] = ("engine.",)) -> None:
        self._context, self._compared, self._errors = context, compared, errors
        self._lock = threading.Lock()
        self.entries: dict[int, Entry] = {}
        self.faults: list[str] = []
        self.refused = 0
        self.lost = 0
        self.kept_bytes = 0
        self.most_at_once = 0.0
        self.cache_told = 0
        self.modes: Counter[str] = Counter()
        self.not_loaded: Counter[str] = Counter()
        self.may_fail = False
        self.model = ""  # the one that is asked
        self._restarting = False

    def asked(self, request: GenerateRequest) -> Entry:
        """To be told just before the engine is asked."""
        with self._lock:
            entry = self.entries[request.id] = Entry(request, self.model)
            entry.harmed = self._restarting
            return entry

    def done_with(self, entry: Entry) -> None:
        """Nobody asks for what was said any more, unless to compare it: the books would grow with every word."""
        entry.done = _DONE
        if not (entry.is_whole and entry.comparable and self._compared in ("", entry.model)):
            entry.comparable = False
            entry.request = msgspec.structs.replace(entry.request, messages=())
            entry.text.clear()

    def was_refused(self, id: int) -> None:
        """The engine would not take it: then nothing may be told of it."""
        with self._lock:
            self.refused += 1
            if self.entries.pop(id).read >= 0:
                self.faults.append(f"{id} was refused and begun")

    def tells_enough(self) -> bool:
        """Whether one was cancelled, and one can be compared."""
        with self._lock:
            entries = list(self.entries.values())
        cancelled = any(entry.end and entry.end.reason == "cancelled" for entry in entries)
        return cancelled and any(entry.is_whole and entry.comparable for entry in entries)

    @contextmanager
    def restarting(self) -> Iterator[None]:
        """What is open then, or asked meanwhile, is harmed."""
        with self._lock:
            self._restarting = True
            for entry in self.entries.values():
                entry.harmed |= entry.end is None
        yield
        with self._lock:
            self._restarting = False

    def __call__(self, events: list[Event]) -> None:
        with self._lock:
            for event in events:
                if isinstance(event, EngineLost):
                    self.lost += 1
                    self.kept_bytes = 0
                elif isinstance(event, Loaded):
                    self.modes[event.model.plan.mode if event.model.plan else ""] += 1
                    self.kept_bytes = 0
                elif isinstance(event, Activity):
                    self.kept_bytes = event.kept_bytes
                    self.most_at_once = max(self.most_at_once, event.streams)
                elif isinstance(event, CacheActivity):
                    self.cache_told += 1
                    if not 0 <= event.hits <= event.uses:
                        self.faults.append(f"{event} does not add up")
                elif isinstance(event, LoadFailed) and self.may_fail:
                    self.not_loaded[event.error.code] += 1
                elif isinstance(event, LoadFailed):
                    self.faults.append(f"{event}")
                elif isinstance(event, _OF_A_REQUEST):
                    self._note(event)

    def _note(self, event: Queued | PrefillProgress | Delta | ToolCalled | ExpertsFired | Finished) -> None:
        entry = self.entries.get(event.id)
        if entry is None:
            self.faults.append(f"{event} of a request that is not open")
        elif entry.end is not None:
            self.faults.append(f"{event} after the end of its request")
        elif isinstance(event, Delta):
            entry.text.append(event.text)
        elif isinstance(event, PrefillProgress):
            if not 0 <= event.cached <= event.done <= event.total:
                self.faults.append(f"{event} does not add up")
            entry.read = max(entry.read, event.done)
        elif isinstance(event, Finished):
            entry.end = event
            self._check(entry, event)
            entry.done.set()

    def _check(self, entry: Entry, end: Finished) -> None:
        used = end.usage.completion_tokens
        most = entry.request.max_tokens
        if end.reason == "length":
            most = min(most, self._context - end.usage.prompt_tokens)
        if used > most or (end.reason == "length" and end.error is None and used < most):
            self.faults.append(f"{end} of a request for {most} tokens")
        if end.reason == "cancelled" and not entry.harmed:
            self.faults.append(f"{end} of a request that nobody stopped")
        if end.reason == "error" and (end.error is None or not end.error.code.startswith(self._errors)):
            self.faults.append(f"{end} without a reason")

    def unfinished(self, patience: float) -> list[int]:
        """The requests that have not ended after `patience` seconds."""
        until = time.monotonic() + patience
        with self._lock:
            entries = list(self.entries.items())
        return [id for id, entry in entries if not entry.done.wait(max(0.0, until - time.monotonic()))]
