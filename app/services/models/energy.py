"""Energy that answers take beyond what the machine takes anyway, by the counters that may be read here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from engine.api import Delta, Event, Finished, ModelFacts, PrefillProgress, TokenLogprobs, ToolCallDelta
from engine.energy.counters import Counter, domains_of, found_counters, read_all
from engine.local.measure.energy import covers

# Counters begin anew after some minutes, and a battery tells its power of the moment: the engine tells something each
# second while it answers, and then they are read.
_LOOK_S = 1.0


class Taken(NamedTuple):
    """Joules for reading the prompt and for writing the answer."""

    prompt: float
    answer: float


class _Share:
    def __init__(self, began: float, known: bool) -> None:
        self.began, self.known = began, known
        self.writes = False
        self.prompt = self.answer = 0.0

    def add(self, joules: float) -> None:
        if self.writes:
            self.answer += joules
        else:
            self.prompt += joules


class EnergyMeter:
    """Divides what the counters tell, less what is idle, among the answers that the engine works on, each the same.
    Thread-safe.

    Nothing is told of an answer during which a counter vanished, where the idle power is not known, or where the
    model lies on a device that is not counted: half a figure would mislead.
    """

    def __init__(
        self,
        idle: Callable[[str], float | None],
        find: Callable[[], Sequence[Counter]] = found_counters,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._idle, self._find, self._clock = idle, find, clock
        self._lock = threading.Lock()
        self._counters: Sequence[Counter] = ()
        self._watts: float | None = None
        self._looked = 0.0
        self._shares: dict[int, _Share] = {}
        # What is counted, as `domains_of` tells it.
        self.domains = ""

    def follow(self, event: Event, facts: ModelFacts | None) -> Event:
        """The event; the end of an answer has the energy that it took."""
        if isinstance(event, PrefillProgress):
            self.begin(event.id)
        elif isinstance(event, Delta | ToolCallDelta | TokenLogprobs):
            self.writes(event.id)
        elif isinstance(event, Finished):
            taken = self.end(event.id)
            if taken is not None and is_counted(facts, self.domains):
                joules = {"joules": taken.prompt + taken.answer, "prompt_joules": taken.prompt}
                return msgspec.structs.replace(event, usage=msgspec.structs.replace(event.usage, **joules))
        return event

    def begin(self, answer: int) -> None:
        """The engine begins to read its prompt."""
        with self._lock:
            if answer in self._shares:
                return
            if self._shares:
                self._look()
            else:
                self._find_counters()
            known = bool(self._counters) and self._watts is not None
            self._shares[answer] = _Share(self._looked, known)

    def writes(self, answer: int) -> None:
        """Its prompt is read."""
        share = self._shares.get(answer)
        if share is not None and not share.writes:
            with self._lock:
                self._look()
                share.writes = True

    def look(self) -> None:
        """Read the counters, if that was a while ago."""
        if self._shares and self._clock() - self._looked >= _LOOK_S:
            with self._lock:
                self._look()

    def end(self, answer: int) -> Taken | None:
        """What it took; None where that is not known."""
        if answer not in self._shares:
            return None
        with self._lock:
            self._look()
            share = self._shares.pop(answer)
            lasted = self._looked - share.began
            if not share.known or lasted < max((each.least_s for each in self._counters), default=0.0):
                return None
            return Taken(max(0.0, share.prompt), max(0.0, share.answer))

    def _find_counters(self) -> None:
        self._counters = self._find()
        self.domains = domains_of(self._counters)
        self._watts = self._idle(self.domains)
        self._looked = self._clock()

    def _look(self) -> None:
        """Under the lock: divide what was used since."""
        before, self._looked = self._looked, self._clock()
        try:
            joules = read_all(self._counters) - (self._watts or 0.0) * (self._looked - before)
        except (OSError, ValueError):
            for share in self._shares.values():
                share.known = False
            self._find_counters()
            return
        for share in self._shares.values():
            share.add(joules / len(self._shares))


def is_counted(facts: ModelFacts | None, domains: str) -> bool:
    """As `covers`; nothing of a model elsewhere is counted."""
    return facts is not None and not facts.remote and covers(domains, facts.machine, facts.plan)
