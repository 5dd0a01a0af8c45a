"""The engine as the placement services ask it, without one: what it finds is what the test wrote down."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import ErrorInfo, UserError
from engine.placement.gguf_index import GgufIndex, read_index
from engine.placement.plan import Device, Machine, Plan, PlannedModel, Wishes
from engine.placement.tensor_index import TensorIndex
from tests.support.plans import GB, a_machine, a_plan, a_planned_model


class ScriptedPlacing:
    """Keeps the `Placing` protocol. `asked` lists the calls; a worker in `away` is not there."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.away: dict[str, ErrorInfo] = {}
        self.error: UserError | None = None

    def survey(self, workers: Sequence[str]) -> Machine:
        self.asked.append(("survey", *workers))
        self._fail()
        return a_machine(*(self._device(number) for number in range(len(workers))))

    def probe(self, address: str) -> tuple[Device, ...]:
        self.asked.append(("probe", address))
        if address in self.away:
            raise UserError.from_info(self.away[address])
        return (self._device(0),)

    def index(self, path: Path) -> tuple[GgufIndex, TensorIndex]:
        self.asked.append(("index", str(path)))
        self._fail()
        index = TensorIndex("test", (), (), 8, 2, 0, 0, 0, False, 0, 4 * GB, 8 * GB, 2 * GB, 32768, 64, 100)
        return read_index(path), index

    def plan(self, index: TensorIndex, machine: Machine, wishes: Wishes, overhead: Any) -> Plan:
        self.asked.append(("plan", wishes))
        return a_plan(context=wishes.context or 8192)

    def exact(self, path: str, wishes: Wishes) -> PlannedModel:
        self.asked.append(("exact", path, wishes))
        self._fail()
        return a_planned_model(path, a_plan(context=wishes.context or 8192))

    def concession(self, plan: Plan, wishes: Wishes) -> Wishes | None:
        return msgspec.structs.replace(wishes, concessions=(*wishes.concessions, "context"))

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error

    @staticmethod
    def _device(number: int) -> Device:
        return Device(f"RPC{number}", "rpc", "Worker", 8 * GB, 8 * GB)
