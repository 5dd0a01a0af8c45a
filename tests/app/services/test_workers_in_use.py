"""A worker serves one program at a time: what the loaded model holds is not asked, and is there all the same."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.services.events import ServiceEvent
from app.services.machine import SurveyedMachine, with_workers_in_use
from app.services.settings import SettingsFile
from app.services.workers import Workers
from engine.placement.plan import Plan
from tests.support.plans import GB, a_machine, a_plan
from tests.support.scripted_placing import ScriptedPlacing

ADDRESS = "127.0.0.1:50052"


def loaded(workers: tuple[str, ...] = (ADDRESS,)) -> Plan:
    plan = a_plan()
    placement = msgspec.structs.replace(plan.placement, workers=workers)
    return msgspec.structs.replace(plan, placement=placement, budgets=plan.budgets | {"RPC0": 3 * GB})


def test_a_worker_in_use_is_known_from_the_plan_that_uses_it() -> None:
    machine = with_workers_in_use(a_machine(), loaded())
    (worker,) = machine.devices
    assert (worker.name, worker.kind, worker.description, worker.free) == ("RPC0", "rpc", ADDRESS, 3 * GB)
    two = with_workers_in_use(a_machine(), loaded(("a:1", "b:1")))
    assert [device.description for device in two.devices] == [""]


def test_the_machine_is_surveyed_around_a_worker_in_use() -> None:
    placing = ScriptedPlacing()
    told: list[ServiceEvent] = []
    machine = SurveyedMachine(placing, lambda: (ADDRESS,), told.extend, loaded)
    assert [device.name for device in machine.machine().devices] == ["RPC0"]
    assert placing.asked == [("survey",)]
    machine.close()


def test_a_worker_in_use_is_ready_without_being_asked(tmp_path: Path) -> None:
    settings = SettingsFile(tmp_path / "settings.toml")
    placing = ScriptedPlacing()
    told: list[ServiceEvent] = []
    workers = Workers(settings, placing.probe, told.extend, lambda: (ADDRESS,))
    assert workers.add(ADDRESS).state == "ready"
    assert [worker.state for worker in workers.check()] == ["ready"]
    assert placing.asked == []
