"""`coterie models search`: searches the hub, page by page."""

from __future__ import annotations

import time

from app.cli.models.objects import REMOTE, found_object
from app.cli.opened import opened
from app.cli.output import Output
from app.format import format_short_count
from app.language import Language
from app.messages import localized
from engine.hub.values import HubModel, Query

_COLUMNS = ("model", "size", "downloads", "likes", "updated", "license")
_WIDEST = 60


def search(query: Query, limit: int, output: Output) -> int:
    """Print up to `limit` repositories. Raises UserError `hub.*`."""
    shown = 0

    def take(models: tuple[HubModel, ...]) -> None:
        nonlocal shown
        models = models[: limit - shown]
        if output.json:
            for model in models:
                output.object(found_object(model, state_of(model, here)))
        elif models:
            heading = (
                [tuple(output.localized(f"cli.search.{name}") for name in _COLUMNS)] if not shown else []
            )
            rows = [*heading, *(_row(model, output.language) for model in models)]
            output.table(rows)
        shown += len(models)

    with opened() as services:
        here = frozenset(model.repo for model in services.library.models() if model.state == "ready")
        services.hub.search(query, take, lambda: shown < limit)
    if not shown:
        output.note(output.localized("cli.search.nothing"))
    return 0


def state_of(model: HubModel, here: frozenset[str]) -> str:
    """ "ready" where the library has a model of the repository."""
    return "ready" if model.repo in here else REMOTE


def _row(model: HubModel, language: Language) -> tuple[str, ...]:
    name = model.repo
    marks = [localized("cli.search.gated", language)] if model.gate else []
    marks += [localized("cli.search.private", language)] if model.private else []
    licence = ", ".join([*([model.licence] if model.licence else []), *marks])
    return (
        name if len(name) <= _WIDEST else f"{name[: _WIDEST - 1]}…",
        format_short_count(model.parameters, language) if model.parameters else "",
        f"{model.downloads:,}",
        f"{model.likes:,}",
        time.strftime("%Y-%m-%d", time.gmtime(model.updated)) if model.updated else "",
        licence[:_WIDEST],
    )
