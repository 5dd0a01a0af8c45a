"""Energy that answers take, by the counters of this machine, where it has any that may be read.

Linux tells what processors and their memory have used in the power capping framework (docs.kernel.org,
power/powercap/powercap): in each zone `energy_uj` counts microjoules and begins anew after `max_energy_range_uj`.
As a rule only the administrator may read it.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

POWERCAP = Path("/sys/class/powercap")
# Zones of the driver for model-specific registers; those of `intel-rapl-mmio` are the same counters once more.
_ZONE = re.compile(r"intel-rapl:\d+(?::\d+)?")
# What adds up: a package holds "core" and "uncore", and "psys" holds the package.
_COUNTED = re.compile(r"package-\d+(?:-die-\d+)?|dram")
# Counters begin anew after less than an hour: they are read at least so often while an answer is written.
_LOOK_S = 10.0


class Counter:
    """One counter. `read` gives joules since it was read before."""

    def __init__(self, zone: Path) -> None:
        self._file = zone / "energy_uj"
        self.name = (zone / "name").read_text().strip()
        self._range = int((zone / "max_energy_range_uj").read_text())
        self._last = self._now()

    def read(self) -> float:
        """Raises OSError and ValueError where it is gone."""
        before, self._last = self._last, self._now()
        used = self._last - before
        return (used if used >= 0 else used + self._range) / 1e6

    def _now(self) -> int:
        return int(self._file.read_text())


def found_counters(root: Path = POWERCAP) -> tuple[Counter, ...]:
    """The counters that may be read here."""
    found: list[Counter] = []
    for zone in sorted(root.glob("intel-rapl:*")):
        try:
            if _ZONE.fullmatch(zone.name) and _COUNTED.fullmatch((zone / "name").read_text().strip()):
                found.append(Counter(zone))
        except (OSError, ValueError):
            continue
    return tuple(found)


class EnergyMeter:
    """Divides what the counters tell among the answers that are under way, each the same. Thread-safe.

    A counter that is gone takes the figures of the answers under way with it: half a figure would mislead.
    """

    def __init__(self, counters: Iterable[Counter] = (), clock: Callable[[], float] = time.monotonic) -> None:
        self._counters, self._clock = list(counters), clock
        self._lock = threading.Lock()
        self._shares: dict[int, float | None] = {}
        self._looked = clock()

    @property
    def domains(self) -> str:
        """What is counted, such as "dram, package-0"; "" for nothing."""
        return ", ".join(sorted({counter.name for counter in self._counters}))

    def begin(self, answer: int) -> None:
        with self._lock:
            self._look()
            self._shares[answer] = 0.0 if self._counters else None

    def look(self) -> None:
        """Read the counters, if that was a while ago."""
        if self._counters and self._clock() - self._looked >= _LOOK_S:
            with self._lock:
                self._look()

    def end(self, answer: int) -> float | None:
        """Joules that it took; None where they are not known."""
        with self._lock:
            self._look()
            return self._shares.pop(answer, None)

    def _look(self) -> None:
        self._looked = self._clock()
        joules, gone = 0.0, False
        for counter in list(self._counters):
            try:
                joules += counter.read()
            except (OSError, ValueError):
                self._counters.remove(counter)
                gone = True
        share = joules / max(1, len(self._shares))
        for answer, taken in self._shares.items():
            self._shares[answer] = None if gone or taken is None else taken + share
