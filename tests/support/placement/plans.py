"""Values of placement for tests that need some and do not care which."""

from __future__ import annotations

from engine.errors import ErrorInfo
from engine.placement.plan import (
    RAM,
    Device,
    DeviceBytes,
    Machine,
    Placement,
    Plan,
    PlannedModel,
    Prediction,
)

GB = 10**9


def a_machine(*devices: Device) -> Machine:
    return Machine(Device(RAM, "cpu", "Processor", 30 * GB, 32 * GB), devices)


def a_plan(*, notices: tuple[ErrorInfo, ...] = (), context: int = 8192) -> Plan:
    """Everything in RAM, two layers."""
    return Plan(
        placement=Placement(context),
        mode="cpu",
        dense_layers={RAM: (0, 1)},
        expert_layers={RAM: (0, 1)},
        partial=None,
        bytes={RAM: DeviceBytes(4 * GB, GB // 2, GB // 4)},
        expert_bytes={RAM: 3 * GB},
        budgets={RAM: 29 * GB},
        fits=True,
        measured=True,
        paged=0,
        predicted=Prediction(
            20.0, (16.0, 24.0), 200.0, (150.0, 250.0), bytes_per_token={"CUDA0": 30_000_000, RAM: 8_000_000}
        ),
        explanation=ErrorInfo("plan.cpu", {"ram_bytes": 5 * GB, "ram_budget_bytes": 29 * GB, "tps": 20}),
        notices=notices,
    )


def a_planned_model(path: str, plan: Plan | None = None) -> PlannedModel:
    return PlannedModel(
        path=path,
        architecture="test",
        layers=2,
        experts=8,
        experts_used=2,
        parameters=8 * GB,
        active_parameters=2 * GB,
        bytes=4 * GB,
        expert_bytes=3 * GB,
        active_bytes_per_token=GB,
        machine=a_machine(),
        plan=plan or a_plan(),
    )
