"""Memory pressure: what the system reports, and when it is believed."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import psutil

PRESSURE_FILE = Path("/proc/pressure/memory")
# Memory that programs can get without evicting others.
_MOST_SPARE, _LEAST_SPARE = 2 * 2**30, 512 * 2**20
# macOS counts free and inactive memory as available, and compresses the rest before it swaps.
_COMPRESSES = sys.platform == "darwin"
# Percent of the last ten seconds in which all programs stalled on memory.
_STALLED, _EASY = 10.0, 2.0
# Memory counts as short after two short readings in a row, and as enough with half as much more.
_ENOUGH = 1.5
_FAR = 4.0
LOOK_S, LOOK_SELDOM_S = 10.0, 30.0


class MemoryReading(msgspec.Struct, frozen=True):
    """Bytes available without swapping, of the total.

    `stalled`: percent of the last ten seconds in which no program could go on for want of memory; 0.0 where
    the system does not tell.
    """

    available: int
    total: int
    stalled: float = 0.0


class MemoryKnown(msgspec.Struct, frozen=True):
    """The state after some readings.

    `short_since` in the clock's seconds, None: there is enough; `doubted`: the last look found it short, the
    one before did not. `again` seconds should pass before the next look.
    """

    short_since: float | None = None
    doubted: bool = False
    again: float = LOOK_S


ReadMemory = Callable[[], MemoryReading]


def spare(total: int) -> int:
    """Bytes that should stay available: a sixteenth of the memory, within bounds."""
    least = min(_LEAST_SPARE, total // 8)
    wanted = max(least, min(total // 16, _MOST_SPARE))
    return wanted // 2 if _COMPRESSES else wanted


def is_short(reading: MemoryReading) -> bool:
    """Whether this reading alone is short."""
    return reading.available < spare(reading.total) or reading.stalled >= _STALLED


def after(known: MemoryKnown, reading: MemoryReading, now: float) -> MemoryKnown:
    """The state after another reading.

    One short look is not believed: programs that start or end make many.
    """
    wanted = spare(reading.total)
    if known.short_since is not None:
        if reading.available > _ENOUGH * wanted and reading.stalled < _EASY:
            return MemoryKnown()
        return known
    if not is_short(reading):
        far = reading.available > _FAR * wanted and reading.stalled < _EASY
        return MemoryKnown(again=LOOK_SELDOM_S if far else LOOK_S)
    return MemoryKnown(now) if known.doubted else MemoryKnown(doubted=True)


def read_memory() -> MemoryReading:
    """Read the system's memory; takes some 0.1 ms."""
    memory = psutil.virtual_memory()
    stalled = 0.0
    with contextlib.suppress(OSError, ValueError):  # no such file: an older kernel, or another system
        stalled = stalled_percent(PRESSURE_FILE.read_text(encoding="ascii"))
    return MemoryReading(memory.available, memory.total, stalled)


def stalled_percent(text: str) -> float:
    """Parse Linux's pressure stall information: the share of the last ten seconds in which all programs
    stalled.

    Raises ValueError.
    """
    for line in text.splitlines():
        kind, *fields = line.split()
        if kind == "full":
            return next(float(field[6:]) for field in fields if field.startswith("avg10="))
    raise ValueError("no line tells of full stalls")
