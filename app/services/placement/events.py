"""Events of the machine, of plans and of tuning."""

from __future__ import annotations

from app.services.events import ServiceEvent
from engine.errors import ErrorInfo
from engine.placement.plan import Machine, PlannedModel


class MachineChanged(ServiceEvent, frozen=True):
    """The machine was surveyed again, or its bandwidths were measured: plans may change."""

    machine: Machine


class PlacementChanged(ServiceEvent, frozen=True):
    """The exact plan of a model, or the reason why there is none."""

    path: str
    planned: PlannedModel | None
    error: ErrorInfo | None = None


class ExpertsChanged(ServiceEvent, frozen=True):
    """Experts that fired in a conversation so far, of the model at `path`.

    `counts[layer][expert]`: how often; a layer without routed experts has an empty row. `tokens` were
    watched; of the last answer's time the share `overhead` went into that (0.05: five percent).
    """

    conversation: int
    tokens: int
    counts: tuple[tuple[int, ...], ...]
    overhead: float
    path: str = ""


class TuneProgress(ServiceEvent, frozen=True):
    """`done` of `total` percent of the time have passed.

    `kind` is what the last trial changed ("planned": nothing, else as in `engine.placement.variations`), with
    its speed; "" before the first has ended.
    """

    path: str
    done: int
    total: int
    kind: str = ""
    decode_tps: float = 0.0
