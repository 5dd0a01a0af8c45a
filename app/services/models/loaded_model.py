"""Loaded model: its memory by device, its users, and its unload time."""

from __future__ import annotations

from typing import Literal

import msgspec

from app.services.models.idle_policy import Stays
from engine.api import ModelFacts
from engine.placement.plan import RAM, Device, DeviceBytes

# Why a model is loaded: it was chosen, wanted at the start, somebody began to type, or an answer or a run
# requested it.
LoadReason = Literal["chosen", "start", "writing", "answer", "run"]
# Why a model is idle until the next request: it was never used, it was idle for
# long, memory ran short, or somebody unloaded it.
Resting = Literal["", "unused", "idle", "memory", "wanted"]


class Held(msgspec.Struct, frozen=True):
    """Memory of a model on one device.

    `kind` as of `Device`, `description` its name for people, "" where none is known.
    """

    device: str
    kind: Literal["cpu", "gpu", "integrated_gpu", "rpc"]
    description: str
    bytes: DeviceBytes


class Using(msgspec.Struct, frozen=True):
    """A chat or a run that uses or last used a model. `title` "": untitled."""

    kind: Literal["chat", "run"]
    id: int
    title: str


class LoadedModel(msgspec.Struct, frozen=True):
    """A model in memory. Times are seconds since the epoch.

    `held` by device, RAM first; `kept` bytes of RAM hold what was read of conversations besides. `users` work
    with it now, `last` did before. Unless it is used it is unloaded at `until`, 0.0: no time is set; `stays`
    says why there is none, or for "asking" what put it off. `short`: memory is short, and it goes as soon as
    nobody uses it.
    """

    path: str
    name: str
    because: LoadReason
    held: tuple[Held, ...]
    since: float
    users: tuple[Using, ...] = ()
    last: Using | None = None
    until: float = 0.0
    stays: Stays = ""
    short: bool = False
    kept: int = 0

    @property
    def bytes(self) -> int:
        return sum(each.bytes.total for each in self.held)


def held_by(facts: ModelFacts) -> tuple[Held, ...]:
    """Memory of a loaded model, as planned, with the weights where they were found."""
    if facts.plan is None:
        return ()
    machine, found = facts.machine, facts.weights
    known = {device.name: device for device in (machine.ram, *machine.devices)} if machine else {}
    held = []
    for name, planned in facts.plan.bytes.items():
        model = planned.model if found is None else found.bytes.get(name, planned.model)
        taken = msgspec.structs.replace(planned, model=model)
        if taken.total:
            held.append(_held(name, known.get(name), taken))
    return tuple(sorted(held, key=lambda each: each.device != RAM))


def _held(name: str, device: Device | None, taken: DeviceBytes) -> Held:
    if device is None:
        return Held(name, "cpu" if name == RAM else "gpu", "", taken)
    return Held(name, device.kind, device.description, taken)
