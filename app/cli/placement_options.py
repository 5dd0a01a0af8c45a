"""Placement options of all commands: --context, --memory, --rpc and --experts, and --draft and --mmproj."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.cli.ending import WrongUsage
from app.cli.sizes import parse_budgets
from engine.errors import UserError
from engine.placement.plan import PlacementOptions
from engine.placement.workers import parse_addresses


class PlacementFlags(msgspec.Struct, frozen=True):
    """None and empty leave a value to the model's kept options, the settings and the planner.

    `draft_model` is a path, or "" for none; `mmproj` a path, or "" for the projector beside the model;
    `experts_used` a number, or 0 for the model's own.
    """

    context: int | None = None
    budgets: dict[str, int] = {}
    workers: tuple[str, ...] = ()
    draft_model: str | None = None
    mmproj: str | None = None
    experts_used: int | None = None

    def over(self, kept: PlacementOptions) -> PlacementOptions:
        """The kept options, overridden by the command line."""
        return msgspec.structs.replace(
            kept,
            context=kept.context if self.context is None else self.context,
            budgets=self.budgets or kept.budgets,
            workers=self.workers or kept.workers,
            draft_model=kept.draft_model if self.draft_model is None else self.draft_model,
            mmproj=kept.mmproj if self.mmproj is None else self.mmproj,
            experts_used=kept.experts_used if self.experts_used is None else self.experts_used,
        )


def placement_options(
    context: int | None,
    memory: Sequence[str] | None,
    rpc: Sequence[str] | None,
    experts: int | None = None,
) -> PlacementFlags:
    """Parse the options.

    Raises WrongUsage for an invalid size or address, or a duplicate, and UserError `worker.unknown_host`.
    """
    try:
        workers = tuple(str(address) for address in parse_addresses(rpc or ()))
        return PlacementFlags(context, parse_budgets(memory or ()), workers, experts_used=experts)
    except UserError as error:
        if error.code == "worker.unknown_host":  # well-formed, but does not resolve
            raise
        raise WrongUsage(error) from error
