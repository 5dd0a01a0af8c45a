"""Real plans for a machine that the test wrote down."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.services.placement.placing import KeepGoing, Placing, Surveyed
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.tensor_index import TensorIndex
from engine.placement.estimate import Overhead
from engine.placement.plan import Machine, PlacementOptions, Plan
from tests.support.placement.scripted_placing import ScriptedPlacing


class RealPlans(ScriptedPlacing):
    """As `ScriptedPlacing`, but files are read and plans are made; bandwidths are those of `measured_as`, once
    `hold` is clear; without one they stay as they are."""

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self.machine = machine
        self.measured_as: Machine | None = None
        self._real = Placing(Path("/nowhere"))

    def survey(self, workers: Sequence[str]) -> Surveyed:
        self._fail()
        return Surveyed(self.machine)

    def available(self) -> int:
        return self.machine.ram.free

    def measured(self, found: Surveyed, workers: Sequence[str], keep_going: KeepGoing) -> Machine:
        super().measured(found, workers, keep_going)
        return self.measured_as or found.machine

    def index(self, path: Path) -> tuple[GgufIndex, TensorIndex]:
        return self._real.index(path)

    def plan(
        self, index: TensorIndex, machine: Machine, options: PlacementOptions, overhead: Overhead | None
    ) -> Plan:
        return self._real.plan(index, machine, options, overhead)
