"""`plan` and `inspect` for models on the hub, from their headers."""

from __future__ import annotations

from app import paths
from app.cli.opened import opened
from app.cli.output import Output
from app.cli.placement_options import PlacementFlags
from app.cli.printable import printable
from app.format import format_size
from app.services.hub.hub_names import variant_named
from app.services.placement.placements import calibrations
from app.services.placement.placing import Placing
from app.services.services import Services
from app.services.settings.placement_options import complete
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.summary import ModelSummary, summarize
from engine.gguf.tensor_index import tensor_index
from engine.hub.client import Hub
from engine.hub.remote_index import read_remote_index
from engine.placement.plan import PlacementOptions, PlannedModel
from engine.placement.planned_file import described


def remote_summary(model: str, output: Output) -> ModelSummary:
    """Summarize a model's header. Raises UserError `hub.*`, `hub.no_variant`, `model.*`."""
    with opened() as services:
        return summarize(_index(model, services, output))


def remote_plan(model: str, options: PlacementFlags, output: Output) -> PlannedModel:
    """The plan for a tensor table on the hub.

    Raises UserError as `remote_summary`, and `placement.*`, `engine.*`, `worker.*`.
    """
    with opened() as services:
        index = tensor_index(_index(model, services, output))
        settings = services.settings.current
        placement = complete(options.over(PlacementOptions(workers=settings.workers)), settings)
    placing = Placing(calibrations(paths.home()))
    machine = placing.measured(placing.survey(placement.workers), placement.workers, lambda _: True)
    return described(model, index, machine, placing.plan(index, machine, placement, None))


def _index(model: str, services: Services, output: Output) -> GgufIndex:
    repository, variant = variant_named(model, services.hub.repository)
    with Hub(services.hub.access()) as hub:
        index, read = read_remote_index(hub, repository, variant)
    name = printable(f"{repository.model.repo}:{variant.name}")
    output.note(output.localized("cli.plan.estimate", name=name, read=format_size(read)))
    return index
