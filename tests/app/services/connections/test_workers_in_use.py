"""A worker serves one program at a time: what the loaded model holds is not asked, and is there all the same."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.services.connections.workers import Workers
from app.services.events import EventBus
from app.services.models.events import ModelChanged
from app.services.placement.machine import SurveyedMachine, with_model_gone
from app.services.settings.settings import SettingsFile
from engine.api import ModelFacts
from engine.placement.plan import Device, DeviceBytes, Machine
from engine.values import ReasoningControl, Sampling
from tests.support.placement.plans import GB, a_machine, a_plan
from tests.support.placement.scripted_placing import ScriptedPlacing

ADDRESS = "127.0.0.1:50052"


def worker(address: str, free: int = 3 * GB, name: str = "RPC0") -> Device:
    return Device(name, "rpc", address, free, 4 * GB)


def loaded(before: Machine, *workers: str) -> ModelChanged:
    """A model that takes a part of RAM, of RPC0 and of CUDA0."""
    plan = a_plan()
    taken = {name: DeviceBytes(GB) for name in ("RPC0", "CUDA0")}
    plan = msgspec.structs.replace(plan, bytes=plan.bytes | taken)
    facts = ModelFacts(
        "/m.gguf", "M", "test", "", 512, 512, ReasoningControl(), Sampling(), 1.0, plan, machine=before
    )
    return ModelChanged("ready", "M", "/m.gguf", 1.0, facts, workers=workers)


def with_ram(machine: Machine, free: int) -> Machine:
    return msgspec.structs.replace(machine, ram=msgspec.structs.replace(machine.ram, free=free))


def test_what_a_loaded_model_occupies_is_as_free_as_before_the_load() -> None:
    def cards(first: int, second: int) -> tuple[Device, Device]:
        return Device("CUDA0", "gpu", "A", first, 8), Device("CUDA1", "gpu", "B", second, 8)

    before = with_ram(a_machine(*cards(8, 6)), 20)
    now = with_ram(a_machine(*cards(1, 5)), 2)
    gone = with_model_gone(now, loaded(before).facts, ())
    assert gone.ram.free == 20
    assert [device.free for device in gone.devices] == [8, 5]
    assert with_model_gone(now, None, ()) == now


def test_a_worker_in_use_is_as_it_was_before_the_load_and_the_order_names_it() -> None:
    before, now = a_machine(worker("a:1")), a_machine(worker("b:1", 2 * GB))
    gone = with_model_gone(now, loaded(before, "a:1").facts, ("b:1", "a:1"))
    assert [(device.name, device.description, device.free) for device in gone.devices] == [
        ("RPC0", "b:1", 2 * GB),
        ("RPC1", "a:1", 3 * GB),
    ]


def test_the_machine_is_surveyed_around_a_worker_in_use_and_again_when_it_is_free() -> None:
    placing = ScriptedPlacing()
    state = loaded(a_machine(worker(ADDRESS)), ADDRESS)
    machine = SurveyedMachine(placing, lambda: (ADDRESS,), EventBus(), lambda: state)
    assert [device.description for device in machine.machine().devices] == [ADDRESS]
    state = ModelChanged("loading", "M", "/m.gguf", workers=(ADDRESS,))
    machine.machine()
    state = ModelChanged("empty", "M", "/m.gguf")
    machine.machine()
    machine.machine()
    assert [call for call in placing.asked if call[0] == "survey"] == [("survey",), ("survey", ADDRESS)]
    machine.close()


def test_a_worker_in_use_is_ready_without_being_asked(tmp_path: Path) -> None:
    settings = SettingsFile(tmp_path / "settings.toml")
    placing = ScriptedPlacing()
    workers = Workers(settings, placing.probe, settings.events, lambda: (ADDRESS,))
    assert workers.add(ADDRESS).state == "ready"
    assert [worker.state for worker in workers.check()] == ["ready"]
    assert placing.asked == []
