"""Counters of energy: those of the processor and its memory, or the battery that the whole computer lives on.

Linux tells what processors and their memory have used in the power capping framework (docs.kernel.org,
power/powercap/powercap): in each zone `energy_uj` counts microjoules and begins anew after `max_energy_range_uj`.
As a rule only the administrator may read it. What a battery gives is in its `power_now` in microwatts, or in its
`current_now` and `voltage_now` (docs.kernel.org, power/power_supply_class). macOS, Windows and virtual machines tell
nothing.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

SYSTEM = Path("/sys/class")
BATTERY = "battery"
# Zones of the driver for model-specific registers; those of `intel-rapl-mmio` are the same counters once more.
_ZONE = re.compile(r"intel-rapl:\d+(?::\d+)?")
# What adds up: a package holds "core" and "uncore", and "psys" holds the package.
_COUNTED = re.compile(r"package-\d+(?:-die-\d+)?|dram")


class Counter(Protocol):
    """`domain` is what it counts, such as "package-0". What it tells of less than `least_s` seconds is too coarse."""

    @property
    def domain(self) -> str: ...

    @property
    def least_s(self) -> float: ...

    def read(self) -> float:
        """Joules since it was read before, at first since it was made. Raises OSError and ValueError where it is
        gone."""


class Zone:
    """One counter of the processor. Made with the folder of its zone; raises as `read`, also for what is counted in
    another one."""

    least_s = 0.0

    def __init__(self, folder: Path) -> None:
        self._file = folder / "energy_uj"
        self.domain = _text(folder / "name")
        if not (_ZONE.fullmatch(folder.name) and _COUNTED.fullmatch(self.domain)):
            raise ValueError("what this counts is in another counter")
        self._range = int(_text(folder / "max_energy_range_uj"))
        self._last = int(_text(self._file))

    def read(self) -> float:
        before, self._last = self._last, int(_text(self._file))
        used = self._last - before
        if used < 0:
            used += self._range
        if used < 0:
            raise ValueError("a counter beyond its range")
        return used / 1e6


class Battery:
    """What a battery gives: the mean of its power at both ends of a time, for that time. Raises as `read`, also while
    nothing is taken from it."""

    domain = BATTERY
    # The chip that counts looks every few seconds.
    least_s = 5.0

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self._folder, self._clock = folder, clock
        self._then, self._watts = clock(), self._now()

    def read(self) -> float:
        then, watts = self._then, self._watts
        self._then, self._watts = self._clock(), self._now()
        return (watts + self._watts) / 2 * (self._then - then)

    def _now(self) -> float:
        if _text(self._folder / "status") != "Discharging":
            raise ValueError("nothing is taken from this battery")
        power = self._folder / "power_now"
        if power.exists():
            return abs(int(_text(power))) / 1e6
        current, voltage = (int(_text(self._folder / name)) for name in ("current_now", "voltage_now"))
        return abs(current) * voltage / 1e12


def found_counters(root: Path = SYSTEM, clock: Callable[[], float] = time.monotonic) -> tuple[Counter, ...]:
    """The counters to be added up: on battery the batteries alone, from which everything comes, else those of the
    processor and its memory that may be read."""
    batteries = (root / "power_supply").glob("BAT*")
    return _readable(lambda folder: Battery(folder, clock), batteries) or _readable(Zone, _zones(root))


def are_locked(root: Path = SYSTEM) -> bool:
    """Whether the processor's counters are there, and only an administrator may read them."""
    files = [zone / "energy_uj" for zone in _zones(root)]
    return any(map(Path.exists, files)) and not any(os.access(file, os.R_OK) for file in files)


def domains_of(counters: Iterable[Counter]) -> str:
    """What is counted, such as "dram, package-0"; "" for nothing."""
    return ", ".join(sorted({counter.domain for counter in counters}))


def read_all(counters: Iterable[Counter]) -> float:
    """Joules of all of them. Raises as `Counter.read`."""
    return sum([counter.read() for counter in counters])


def _zones(root: Path) -> Iterable[Path]:
    return (root / "powercap").glob("intel-rapl:*")


def _readable(make: Callable[[Path], Counter], folders: Iterable[Path]) -> tuple[Counter, ...]:
    found = []
    for folder in sorted(folders):
        with contextlib.suppress(OSError, ValueError):
            found.append(make(folder))
    return tuple(found)


def _text(file: Path) -> str:
    return file.read_text().strip()
