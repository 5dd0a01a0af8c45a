"""Which counters there are, and what a machine takes that nobody asks for anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.energy.counters import are_locked, domains_of, found_counters
from engine.energy.idle import idle_watts
from tests.support.placement.energy_counters import Counters


@pytest.fixture
def counters(tmp_path: Path) -> Counters:
    return Counters(tmp_path)


def test_packages_and_memory_count_and_what_is_in_them_or_around_them_does_not(counters: Counters) -> None:
    assert domains_of(found_counters(counters.root)) == "dram, package-0"


@pytest.mark.parametrize("damage", ["name", "max_energy_range_uj", "energy_uj"])
def test_a_zone_that_cannot_be_read_is_passed_over(counters: Counters, damage: str) -> None:
    (counters.zone("intel-rapl:0:1") / damage).unlink()
    assert domains_of(found_counters(counters.root)) == "package-0"


def test_where_there_is_nothing_nothing_is_found(tmp_path: Path) -> None:
    assert found_counters(tmp_path / "none") == () and not are_locked(tmp_path / "none")


def test_counters_that_only_an_administrator_may_read_are_locked(
    counters: Counters, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not are_locked(counters.root)
    monkeypatch.setattr("os.access", lambda *_: False)
    assert are_locked(counters.root)


@pytest.mark.parametrize(
    ("values", "watts"),
    [
        ({"power_now": 15_000_000}, 15.0),
        ({"power_now": -15_000_000}, 15.0),
        ({"current_now": 1_000_000, "voltage_now": 12_000_000}, 12.0),
    ],
)
def test_a_battery_tells_its_power_in_several_ways(
    counters: Counters, values: dict[str, int], watts: float
) -> None:
    now = [0.0]
    counters.battery(**values)
    (battery,) = found_counters(counters.root, lambda: now[0])
    now[0] = 2.0
    assert battery.domain == "battery" and battery.read() == pytest.approx(2 * watts)


@pytest.mark.parametrize("status", ["Charging", "Full", "Not charging"])
def test_a_battery_that_gives_nothing_is_not_counted(counters: Counters, status: str) -> None:
    counters.battery(status, power_now=15_000_000)
    assert domains_of(found_counters(counters.root)) == "dram, package-0"


def test_idle_is_ten_seconds_in_which_nothing_happens(counters: Counters) -> None:
    now, busy = [0.0], [0.0]

    def wait(seconds: float) -> bool:
        now[0] += seconds
        counters.add("intel-rapl:0", 4_000_000)
        return False

    def measured(wait: object) -> float | None:
        return idle_watts(
            found_counters(counters.root),
            wait,  # type: ignore[arg-type]
            used=lambda: (busy[0] * now[0], now[0]),
            clock=lambda: now[0],
        )

    assert measured(wait) == pytest.approx(4.0) and now[0] == pytest.approx(10.0)
    assert measured(lambda _: True) is None, "something was asked meanwhile"
    busy[0] = 0.5
    assert measured(wait) is None, "other programs were at work"
    busy[0] = 0.0
    counters.zone("intel-rapl:0").joinpath("energy_uj").write_text("gone")
    assert measured(wait) is None
