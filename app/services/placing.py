"""What the placement services ask of the engine. Imported when it is asked: a window opens without it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from engine.placement.gguf_index import GgufIndex
from engine.placement.plan import Device, Machine, Plan, PlannedModel, Wishes
from engine.placement.tensor_index import TensorIndex


class Placing(Protocol):
    """Methods block, some for seconds in a child process, and raise UserError with the reason."""

    def survey(self, workers: Sequence[str]) -> Machine:
        """The machine with the devices of these workers; bandwidths 0."""
        ...

    def probe(self, address: str) -> tuple[Device, ...]:
        """The devices of one worker. Raises UserError `worker.*`."""
        ...

    def index(self, path: Path) -> tuple[GgufIndex, TensorIndex]:
        """Raises UserError `model.*`."""
        ...

    def plan(self, index: TensorIndex, machine: Machine, wishes: Wishes, overhead: Any) -> Plan:
        """Pure and fast."""
        ...

    def exact(self, path: str, wishes: Wishes) -> PlannedModel:
        """From a dry run in a child."""
        ...

    def concession(self, plan: Plan, wishes: Wishes) -> Wishes | None:
        """Wishes that are easier to meet than this plan was; None when nothing more can be given up."""
        ...


class LocalPlacing:
    """The engine of this machine."""

    def survey(self, workers: Sequence[str]) -> Machine:
        from engine.local.survey import survey

        return survey(tuple(workers)).machine  # type: ignore[call-arg,attr-defined,no-any-return]

    def probe(self, address: str) -> tuple[Device, ...]:
        from engine.placement.workers import probe  # type: ignore[import-untyped]

        return probe(address)  # type: ignore[no-any-return]

    def index(self, path: Path) -> tuple[GgufIndex, TensorIndex]:
        from engine.placement.roles import tensor_index  # type: ignore[import-untyped]

        from engine.placement.gguf_index import read_index

        read = read_index(path)
        return read, tensor_index(read)

    def plan(self, index: TensorIndex, machine: Machine, wishes: Wishes, overhead: Any) -> Plan:
        from engine.placement.planner import plan  # type: ignore[import-untyped]

        return plan(index, machine, wishes, overhead)  # type: ignore[no-any-return]

    def exact(self, path: str, wishes: Wishes) -> PlannedModel:
        from engine.local.planning import plan_model  # type: ignore[import-untyped]

        return plan_model(path, wishes)  # type: ignore[no-any-return]

    def concession(self, plan: Plan, wishes: Wishes) -> Wishes | None:
        from engine.placement.step_down import next_concession  # type: ignore[import-untyped]

        return next_concession(plan, wishes)  # type: ignore[no-any-return]
