"""`plan` and `inspect` for models on the hub, from their headers."""

from __future__ import annotations

from pathlib import Path

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
from engine.gguf.projector import Senses, read_projector, senses
from engine.gguf.summary import ModelSummary, summarize
from engine.gguf.tensor_index import tensor_index
from engine.hub.client import Hub
from engine.hub.remote_index import read_remote_index, read_remote_projector
from engine.hub.values import Repository, Variant
from engine.placement.plan import PlacementOptions, PlannedModel
from engine.placement.planned_file import described


def remote_summary(model: str, output: Output, mmproj: str = "") -> tuple[ModelSummary, Senses]:
    """Summarize a model's header, and what it takes with the projector `mmproj`, else with one of its repository.

    Raises UserError `hub.*`, `hub.no_variant`, `model.*`, `projector.*`.
    """
    with opened() as services:
        repository, variant = variant_named(model, services.hub.repository)
        index = _index(repository, variant, services, output)
        if mmproj:
            return summarize(index), senses(index, read_projector(Path(mmproj), index))
        with Hub(services.hub.access()) as hub:
            found = read_remote_projector(hub, repository, index)
            return summarize(index), senses(index, found[1] if found else None)


def remote_plan(model: str, options: PlacementFlags, output: Output) -> PlannedModel:
    """The plan for a tensor table on the hub.

    Raises UserError as `remote_summary`, and `placement.*`, `engine.*`, `worker.*`.
    """
    with opened() as services:
        repository, variant = variant_named(model, services.hub.repository)
        index = tensor_index(_index(repository, variant, services, output))
        settings = services.settings.current
        placement = complete(options.over(PlacementOptions(workers=settings.workers)), settings)
    placing = Placing(calibrations(paths.home()))
    machine = placing.measured(placing.survey(placement.workers), placement.workers, lambda _: True)
    plan = placing.plan(index, machine, placement, None)
    return described(model, index, machine, plan, placement.experts_used)


def _index(repository: Repository, variant: Variant, services: Services, output: Output) -> GgufIndex:
    with Hub(services.hub.access()) as hub:
        index, read = read_remote_index(hub, repository, variant)
    name = printable(f"{repository.model.repo}:{variant.name}")
    output.note(output.localized("cli.plan.estimate", name=name, read=format_size(read)))
    return index
