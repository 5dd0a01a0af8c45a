"""Joules of a token, by counters in a folder that looks like the kernel's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.energy.counters import found_counters
from engine.local.measure.energy import TokenEnergy, token_energy
from tests.support.placement.energy_counters import Counters


class Bench:
    """A machine that takes 2 W anyway, and 30 W more while it reads and 18 W more while it writes."""

    def __init__(self, root: Path) -> None:
        self.counters, self.now = Counters(root), 0.0

    def goes(self, seconds: float, watts: float) -> None:
        self.now += seconds
        self.counters.add("intel-rapl:0", round(watts * seconds * 1e6))

    def answer(self, on_read: Callable[[], None]) -> None:
        self.goes(1.0, 32.0)
        on_read()
        self.goes(4.0, 20.0)

    def measured(
        self, answer: Callable[[Callable[[], None]], None], idle: float | None = 2.0
    ) -> TokenEnergy | None:
        found = found_counters(self.counters.root, lambda: self.now)
        return token_energy(
            answer, 100, 40, lambda _: False, counters=found, idle=lambda *_: idle, clock=lambda: self.now
        )


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_prompt_and_answer_are_told_apart_without_what_is_idle(bench: Bench) -> None:
    found = bench.measured(bench.answer)
    assert found is not None and (found.domains, found.idle_watts) == ("dram, package-0", 2.0)
    assert found.joules_per_prompt_token == pytest.approx(0.3)
    assert found.joules_per_completion_token == pytest.approx(1.8)


def test_without_counters_or_a_quiet_machine_there_is_no_figure(bench: Bench) -> None:
    assert bench.measured(bench.answer, idle=None) is None
    assert token_energy(bench.answer, 100, 40, lambda _: False, counters=()) is None


def test_a_counter_that_vanishes_takes_the_figure_with_it(bench: Bench) -> None:
    def answer(on_read: Callable[[], None]) -> None:
        (bench.counters.zone("intel-rapl:0:1") / "energy_uj").unlink(missing_ok=True)
        bench.answer(on_read)

    assert bench.measured(answer) is None


def test_what_a_battery_tells_of_a_short_answer_is_no_figure(bench: Bench) -> None:
    bench.counters.battery(power_now=15_000_000)

    def short(on_read: Callable[[], None]) -> None:
        bench.goes(0.5, 0.0)
        on_read()

    assert bench.measured(short) is None and bench.measured(bench.answer) is not None
