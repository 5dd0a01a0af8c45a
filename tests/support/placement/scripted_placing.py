"""The engine as the placement services ask it, without one: what it finds is what the test wrote down."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from app.services.placement.placing import Surveyed
from engine.errors import ErrorInfo, UserError
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.reading import read_index
from engine.gguf.tensor_index import TensorIndex
from engine.local.measure.benchmark import Benchmark
from engine.local.measure.fewer_experts import ExpertsResult
from engine.local.measure.modes import ModeResult
from engine.local.measure.tuning import OnTrial, Trial, Tuning
from engine.placement.estimate import Overhead
from engine.placement.plan import Device, Machine, PlacementOptions, Plan, PlannedModel
from engine.placement.variations import Setting
from tests.support.placement.plans import GB, a_machine, a_plan, a_planned_model


class ScriptedPlacing:
    """Keeps the `Placing` protocol. `asked` lists the calls; a worker in `away` is not there."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.away: dict[str, ErrorInfo] = {}
        self.error: UserError | None = None
        self.hold = threading.Event()  # while set, measuring goes on

    def survey(self, workers: Sequence[str]) -> Surveyed:
        self.asked.append(("survey", *workers))
        self._fail()
        return Surveyed(a_machine(*(self._device(*found) for found in enumerate(workers))))

    def measured(
        self, found: Surveyed, workers: Sequence[str], keep_going: Callable[[float], bool]
    ) -> Machine:
        self.asked.append(("measured", *workers))
        while self.hold.is_set():
            if not keep_going(0.5):
                raise UserError("engine.load_cancelled")
            self.hold.wait(0.01)
        return msgspec.structs.replace(found.machine, disk_bandwidth=1e9)

    def available(self) -> int:
        return a_machine().ram.free

    def on_disk(self, machine: Machine, path: Path) -> Machine:
        return machine

    def probe(self, address: str) -> tuple[Device, ...]:
        self.asked.append(("probe", address))
        if address in self.away:
            raise UserError.from_info(self.away[address])
        return (self._device(0, address),)

    def index(self, path: Path) -> tuple[GgufIndex, TensorIndex]:
        self.asked.append(("index", str(path)))
        self._fail()
        index = TensorIndex("test", (), (), 8, 2, 0, 0, 0, False, 0, 4 * GB, 8 * GB, 2 * GB, 32768, 64, 100)
        return read_index(path), index

    def plan(
        self, index: TensorIndex, machine: Machine, options: PlacementOptions, overhead: Overhead | None
    ) -> Plan:
        self.asked.append(("plan", options, overhead))
        return a_plan(context=options.context or 8192)

    def exact(self, path: str, options: PlacementOptions) -> PlannedModel:
        self.asked.append(("exact", path, options))
        self._fail()
        return a_planned_model(path, a_plan(context=options.context or 8192))

    def learned(self, index: TensorIndex, exact: PlannedModel, options: PlacementOptions) -> Overhead:
        return Overhead(compute={"CPU": exact.plan.placement.context})

    def fallback(self, plan: Plan, options: PlacementOptions) -> PlacementOptions | None:
        return msgspec.structs.replace(options, fallbacks=(*options.fallbacks, "context"))

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error

    @staticmethod
    def _device(number: int, address: str) -> Device:
        return Device(f"RPC{number}", "rpc", address, 8 * GB, 8 * GB)

    def key(self, found: Surveyed) -> str:
        return "machine"

    def benchmark(
        self,
        path: str,
        options: PlacementOptions,
        threads: int,
        depth: int,
        keep_going: Callable[[float], bool],
    ) -> Benchmark:
        self.asked.append(("benchmark", path, options, threads))
        self._fail()
        return Benchmark(200.0, 20.0, {"1": 20.0, "4": 50.0}, 0.01, "CPU", a_plan(), 256, 64)

    def modes(
        self,
        path: str,
        options: PlacementOptions,
        machine: Machine,
        threads: int,
        keep_going: Callable[[float], bool],
    ) -> dict[str, ModeResult]:
        self.asked.append(("modes", path, options, threads))
        self._fail()
        return {"cpu": ModeResult(20.0, 200.0, 0.0, "text")}

    def experts(
        self,
        path: str,
        options: PlacementOptions,
        wanted: Sequence[int],
        threads: int,
        keep_going: Callable[[float], bool],
    ) -> tuple[ExpertsResult, ...]:
        self.asked.append(("experts", path, options, threads))
        self._fail()
        while self.hold.is_set() and keep_going(0.5):
            self.hold.wait(0.01)
        if not keep_going(0.5):
            raise UserError("engine.load_cancelled")
        return (
            ExpertsResult(8, 20.0, 100.0, "Lighthouses warn ships.", 1.0),
            ExpertsResult(4, 30.0, 150.0, "Lighthouses guide ships.", 0.9),
        )

    def tune(
        self, path: str, options: PlacementOptions, machine: Machine, threads: int, on_trial: OnTrial
    ) -> Tuning:
        self.asked.append(("tune", path, options, threads))
        self._fail()
        before = Trial("planned", Setting(options, 2), 100.0, 20.0, 45.0)
        faster = msgspec.structs.replace(options, ubatch=1024)
        after = Trial("ubatch", Setting(faster, 3), 120.0, 25.0, 36.0)
        for number in range(1, 5):
            while self.hold.is_set() and on_trial(None, number / 5):
                self.hold.wait(0.01)
            if not on_trial(before, number / 5):
                break
        return Tuning(before, after, (before, after), False)
