"""Energy of answers: counters in a folder that looks like the kernel's, less what the machine takes anyway."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from app.services.models.energy import EnergyMeter, is_counted
from engine.api import Delta, Event, Finished, ModelFacts, PrefillProgress
from engine.energy.counters import Counter, found_counters
from engine.placement.plan import Device, Machine, Placement
from engine.values import ReasoningControl, Sampling, Timings, Usage
from tests.support.placement.energy_counters import RANGE, Counters
from tests.support.placement.plans import a_plan

HERE = ModelFacts("/m.gguf", "m", "llama", "Q8_0", 512, 512, ReasoningControl(), Sampling(), 0.0)


class Bench:
    """A meter over such counters, by a clock of its own; the machine takes `idle` watts anyway."""

    def __init__(self, folder: Path, idle: float | None = 0.0) -> None:
        self.counters, self.now = Counters(folder), 0.0
        self.meter = EnergyMeter(lambda _: idle, self.find, lambda: self.now)

    def find(self) -> Sequence[Counter]:
        return found_counters(self.counters.root, lambda: self.now)

    def use(self, joules: float, seconds: float = 0.0) -> None:
        self.counters.add("intel-rapl:0", round(joules * 1e6))
        self.now += seconds

    def end(self, answer: int) -> float | None:
        taken = self.meter.end(answer)
        return None if taken is None else taken.prompt + taken.answer


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_an_answer_takes_what_the_counters_tell_between_its_ends(bench: Bench) -> None:
    bench.use(5)
    bench.meter.begin(1)
    bench.use(3)
    bench.counters.add("intel-rapl:0:1", 500_000)
    bench.counters.add("intel-rapl:1", 90_000_000)
    assert bench.end(1) == pytest.approx(3.5) and bench.meter.domains == "dram, package-0"
    assert bench.end(1) is None


def test_the_prompt_and_the_answer_are_apart_and_what_is_idle_is_neither(tmp_path: Path) -> None:
    bench = Bench(tmp_path, idle=2.0)
    bench.meter.begin(1)
    bench.use(10, seconds=1)
    bench.meter.writes(1)
    bench.use(30, seconds=5)
    bench.meter.writes(1)
    assert bench.meter.end(1) == (pytest.approx(8.0), pytest.approx(20.0))
    bench.meter.begin(2)
    bench.use(1, seconds=5)
    assert bench.meter.end(2) == (0.0, 0.0)


def test_before_the_idle_power_is_known_nothing_is_told(tmp_path: Path) -> None:
    bench = Bench(tmp_path, idle=None)
    bench.meter.begin(1)
    bench.use(10, seconds=1)
    assert bench.end(1) is None


def test_answers_at_once_share_it(bench: Bench) -> None:
    bench.meter.begin(1)
    bench.use(2)
    bench.meter.begin(2)
    bench.use(4)
    assert (bench.end(1), bench.end(2)) == (pytest.approx(4.0), pytest.approx(2.0))


def test_a_counter_that_begins_anew_goes_on(bench: Bench) -> None:
    bench.counters.set("intel-rapl:0", RANGE - 1_000_000)
    bench.meter.begin(1)
    bench.counters.set("intel-rapl:0", 2_000_000)
    assert bench.end(1) == pytest.approx(3.0)


def test_a_long_answer_is_looked_at_before_a_counter_begins_anew_twice(bench: Bench) -> None:
    bench.meter.begin(1)
    for microjoules in (RANGE // 2, RANGE - 1, RANGE // 2, RANGE - 1):
        bench.now += 60.0
        bench.counters.set("intel-rapl:0", microjoules)
        bench.meter.look()
    assert bench.end(1) == pytest.approx(2 * RANGE / 1e6, rel=1e-6)


@pytest.mark.parametrize("damage", ["", "none", str(-2 * RANGE)])
def test_a_counter_that_is_damaged_or_vanishes_leaves_no_half_figure(bench: Bench, damage: str) -> None:
    bench.meter.begin(1)
    bench.use(2)
    file = bench.counters.root / "powercap" / "intel-rapl:0:1" / "energy_uj"
    file.unlink() if not damage else file.write_text(damage)
    assert bench.end(1) is None
    bench.meter.begin(2)
    bench.use(3)
    assert bench.end(2) == pytest.approx(3.0)


def test_on_battery_the_whole_computer_is_what_is_counted(bench: Bench) -> None:
    bench.counters.battery(power_now=20_000_000)
    bench.meter.begin(1)
    bench.use(50, seconds=10)
    bench.counters.battery(power_now=40_000_000)
    assert bench.end(1) == pytest.approx(300.0) and bench.meter.domains == "battery"
    bench.meter.begin(2)
    bench.now += 2.0
    assert bench.end(2) is None, "the power of a moment is no measure of a short answer"


def test_an_answer_during_which_the_plug_was_put_in_has_no_energy(bench: Bench) -> None:
    bench.counters.battery(power_now=20_000_000)
    bench.meter.begin(1)
    bench.now += 10.0
    bench.counters.battery(status="Charging", power_now=20_000_000)
    assert bench.end(1) is None
    bench.meter.begin(2)
    bench.use(7, seconds=1)
    assert bench.end(2) == pytest.approx(7.0) and bench.meter.domains == "dram, package-0"


def test_where_there_are_no_counters_nothing_is_told() -> None:
    meter = EnergyMeter(lambda _: 1.0, lambda: ())
    meter.begin(1)
    meter.look()
    meter.writes(1)
    assert (meter.end(1), meter.domains) == (None, "")


def test_events_tell_when_an_answer_is_read_and_written(bench: Bench) -> None:
    def follow(event: Event) -> Event:
        return bench.meter.follow(event, HERE)

    follow(PrefillProgress(1, 0, 100, 0))
    bench.use(4)
    follow(PrefillProgress(1, 100, 100, 0))
    follow(Delta(1, "content", "A"))
    bench.use(6)
    follow(Delta(1, "content", "B"))
    ended = follow(Finished(1, "stop", Usage(100), Timings()))
    assert isinstance(ended, Finished)
    assert (ended.usage.joules, ended.usage.prompt_joules) == (pytest.approx(10.0), pytest.approx(4.0))
    unseen = follow(Finished(2, "error", Usage(100), Timings()))
    assert isinstance(unseen, Finished) and unseen.usage.joules is None


def test_a_model_on_what_is_not_counted_has_no_energy_but_on_battery() -> None:
    def on(*kinds: str, **placed: tuple[str, ...]) -> ModelFacts:
        devices = [Device(f"D{n}", kind, "", 1, 1) for n, kind in enumerate(kinds)]  # type: ignore[arg-type]
        machine = Machine(Device("RAM", "cpu", "", 1, 1), tuple(devices))
        placement = Placement(512, devices=tuple(device.name for device in devices), **placed)  # type: ignore[arg-type]
        plan = msgspec.structs.replace(a_plan(), placement=placement)
        return msgspec.structs.replace(HERE, plan=plan, machine=machine)

    assert is_counted(on(), "package-0") and is_counted(on("integrated_gpu"), "package-0")
    assert not is_counted(on("gpu"), "dram, package-0") and is_counted(on("gpu"), "battery")
    assert not is_counted(on(workers=("10.0.0.2:50052",)), "battery")
    assert not is_counted(None, "package-0")
    assert not is_counted(msgspec.structs.replace(HERE, remote=True), "battery")
