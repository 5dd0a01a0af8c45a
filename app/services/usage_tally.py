"""What answers took and is not written yet."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import msgspec

from app.store.records import UsageDay, Use
from engine.values import Timings, Usage

K = TypeVar("K")


class UsageTally(Generic[K]):
    """Sums what is noted by whose it is, day, use and model, until it is taken to be written. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._lines: dict[tuple[K, str, str, str], UsageDay] = {}

    @property
    def today(self) -> str:
        """The day by this computer's clock, such as "2026-11-29"."""
        return datetime.date.fromtimestamp(self._clock()).isoformat()

    def note(self, whose: K, line: UsageDay) -> None:
        """Add what an answer took; a line without a day is of today."""
        line = line if line.day else msgspec.structs.replace(line, day=self.today)
        place = (whose, line.day, line.use, line.model)
        with self._lock:
            kept = self._lines.get(place)
            self._lines[place] = line if kept is None else kept.plus(line)

    def __bool__(self) -> bool:
        return bool(self._lines)

    def take(self) -> dict[K, Sequence[UsageDay]]:
        """All that is noted, which is then no more; `give_back` what could not be written."""
        with self._lock:
            noted, self._lines = self._lines, {}
        found: dict[K, list[UsageDay]] = {}
        for (whose, *_), line in noted.items():
            found.setdefault(whose, []).append(line)
        return dict(found)

    def give_back(self, lines: dict[K, Sequence[UsageDay]]) -> None:
        for whose, its in lines.items():
            for line in its:
                self.note(whose, line)


def line_of(
    usage: Usage,
    timings: Timings = Timings(),  # noqa: B008
    *,
    use: Use,
    model: str,
    remote: bool = False,
    domains: str = "",
) -> UsageDay:
    """What one answer took, of no day yet."""
    joules, prompt_joules = usage.joules, usage.prompt_joules
    apart = joules is not None and prompt_joules is not None
    return UsageDay(
        "",
        use,
        model=model,
        remote=remote,
        answers=1,
        read=usage.prompt_tokens,
        cached=usage.cached_tokens,
        written=usage.completion_tokens,
        reasoning=usage.reasoning_tokens,
        seconds=_seconds(usage, timings),
        joules=joules or 0.0,
        measured=joules is not None,
        domains=domains if joules is not None else "",
        prompt_joules=prompt_joules or 0.0,
        answer_joules=(joules or 0.0) - (prompt_joules or 0.0) if apart else 0.0,
        measured_read=max(0, usage.prompt_tokens - usage.cached_tokens) if apart else 0,
        measured_written=usage.completion_tokens if apart else 0,
    )


def _seconds(usage: Usage, timings: Timings) -> float:
    """What reading and writing took; of a model elsewhere the wait for its first word is part of it."""
    measured = timings.prefill_s + timings.decode_s
    if measured:
        return measured
    return timings.ttft_s + (usage.completion_tokens / timings.decode_tps if timings.decode_tps > 0 else 0.0)
