"""The idle power: measured beside, given up when something is asked, kept for the next start."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from app.services.models import idle_power
from app.services.models.idle_power import FILE, IdlePower
from engine.energy.counters import Counter, found_counters
from tests.support.placement.energy_counters import Counters
from tests.support.waiting import wait_until

DOMAINS = "dram, package-0"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle_power, "_SETTLE_S", 0.0)


def finder(folder: Path) -> Callable[[], Sequence[Counter]]:
    counters = Counters(folder / "class")
    return lambda: found_counters(counters.root)


def test_what_was_measured_is_kept_and_not_measured_again_at_once(tmp_path: Path) -> None:
    asked: list[int] = []

    def measure(counters: Sequence[Counter], _wait: object) -> float:
        asked.append(len(counters))
        return 7.5

    folder = str(tmp_path / "kept")
    power = IdlePower(folder, finder(tmp_path), measure)
    assert power.watts(DOMAINS) is None
    power.begin()
    wait_until(lambda: power.watts(DOMAINS) == 7.5)
    power.begin()
    power.close()
    assert asked == [2]
    later = IdlePower(folder, lambda: ())
    assert later.watts(DOMAINS) == 7.5 and later.watts("battery") is None
    later.begin()
    later.close()


def test_measuring_is_given_up_when_something_is_asked(tmp_path: Path) -> None:
    begun = threading.Event()

    def measure(_counters: object, wait: Callable[[float], bool]) -> float | None:
        begun.set()
        return None if wait(60.0) else 1.0

    power = IdlePower("", finder(tmp_path), measure)
    power.begin()
    assert begun.wait(60)
    power.disturb()
    wait_until(lambda: power._under_way is None)
    assert power.watts(DOMAINS) is None
    power.begin()
    power.close()
    power.begin()
    assert power.watts(DOMAINS) is None


@pytest.mark.parametrize("content", [b"", b"{", b'{"package-0": "warm"}'])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert IdlePower(str(tmp_path), lambda: ()).watts("package-0") is None
