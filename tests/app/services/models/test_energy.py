"""Energy of answers, by counters in a folder that looks like the kernel's."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services.models.energy import EnergyMeter, found_counters

RANGE = 262_143_328_850  # of a real package


class Counters:
    """Zones as Linux shows them, in `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "intel-rapl").mkdir(parents=True)
        for zone, name in (
            ("intel-rapl:0", "package-0"),
            ("intel-rapl:0:0", "core"),
            ("intel-rapl:0:1", "dram"),
            ("intel-rapl:1", "psys"),
            ("intel-rapl-mmio:0", "package-0"),
        ):
            (root / zone).mkdir()
            (root / zone / "name").write_text(f"{name}\n")
            (root / zone / "max_energy_range_uj").write_text(f"{RANGE}\n")
            self.set(zone, 0)

    def set(self, zone: str, microjoules: int) -> None:
        (self.root / zone / "energy_uj").write_text(f"{microjoules}\n")


@pytest.fixture
def counters(tmp_path: Path) -> Counters:
    return Counters(tmp_path / "powercap")


def meter_of(counters: Counters, clock: list[float] | None = None) -> EnergyMeter:
    now = clock or [0.0]
    return EnergyMeter(found_counters(counters.root), lambda: now[0])


def test_packages_and_memory_count_and_what_is_in_them_or_around_them_does_not(counters: Counters) -> None:
    assert meter_of(counters).domains == "dram, package-0"


def test_an_answer_takes_what_the_counters_tell_between_its_ends(counters: Counters) -> None:
    counters.set("intel-rapl:0", 5_000_000)
    meter = meter_of(counters)
    counters.set("intel-rapl:0", 6_000_000)
    meter.begin(1)
    counters.set("intel-rapl:0", 9_000_000)
    counters.set("intel-rapl:0:1", 500_000)
    counters.set("intel-rapl:1", 90_000_000)
    assert meter.end(1) == pytest.approx(3.5)
    assert meter.end(1) is None


def test_answers_at_once_share_it(counters: Counters) -> None:
    meter = meter_of(counters)
    meter.begin(1)
    counters.set("intel-rapl:0", 2_000_000)
    meter.begin(2)
    counters.set("intel-rapl:0", 6_000_000)
    assert (meter.end(1), meter.end(2)) == (pytest.approx(4.0), pytest.approx(2.0))


def test_a_counter_that_begins_anew_goes_on(counters: Counters) -> None:
    counters.set("intel-rapl:0", RANGE - 1_000_000)
    meter = meter_of(counters)
    meter.begin(1)
    counters.set("intel-rapl:0", 2_000_000)
    assert meter.end(1) == pytest.approx(3.0)


def test_a_long_answer_is_looked_at_before_a_counter_begins_anew_twice(counters: Counters) -> None:
    clock = [0.0]
    meter = meter_of(counters, clock)
    meter.begin(1)
    for microjoules in (RANGE // 2, RANGE - 1, RANGE // 2, RANGE - 1):
        clock[0] += 60.0
        counters.set("intel-rapl:0", microjoules)
        meter.look()
    assert meter.end(1) == pytest.approx(2 * RANGE / 1e6, rel=1e-6)


def test_a_counter_that_vanishes_leaves_no_half_figure(counters: Counters) -> None:
    meter = meter_of(counters)
    meter.begin(1)
    counters.set("intel-rapl:0", 2_000_000)
    (counters.root / "intel-rapl:0:1" / "energy_uj").unlink()
    assert meter.end(1) is None
    meter.begin(2)
    counters.set("intel-rapl:0", 5_000_000)
    assert (meter.end(2), meter.domains) == (pytest.approx(3.0), "package-0")
    meter.begin(3)
    counters.set("intel-rapl:0", 0)
    (counters.root / "intel-rapl:0" / "energy_uj").write_text("none\n")
    assert (meter.end(3), meter.domains) == (None, "")


@pytest.mark.parametrize("damage", ["name", "max_energy_range_uj", "energy_uj"])
def test_a_zone_that_cannot_be_read_is_passed_over(counters: Counters, damage: str) -> None:
    (counters.root / "intel-rapl:0:1" / damage).unlink()
    assert meter_of(counters).domains == "package-0"


def test_where_there_are_no_counters_nothing_is_told(tmp_path: Path) -> None:
    meter = EnergyMeter(found_counters(tmp_path / "none"))
    meter.begin(1)
    meter.look()
    assert (meter.end(1), meter.domains) == (None, "")
