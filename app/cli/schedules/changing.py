"""`coterie schedules remove`, `pause` and `resume`."""

from __future__ import annotations

from app.cli.opened import opened
from app.cli.output import Output


def remove(name: str, output: Output) -> int:
    """Delete a schedule."""
    with opened() as services:
        schedule = services.schedules.named(name)
        services.schedules.remove(schedule.id)
    output.object({"removed": schedule.name, "id": schedule.id})
    output.text(output.localized("cli.schedules.removed", name=schedule.name))
    return 0


def pause(name: str, output: Output, *, paused: bool) -> int:
    """Pause a schedule, or let it start again."""
    with opened() as services:
        schedule = services.schedules.pause(services.schedules.named(name).id, paused)
    output.object({"id": schedule.id, "name": schedule.name, "paused": schedule.paused})
    done, name = ("paused" if paused else "resumed"), schedule.name
    output.text(output.localized(f"cli.schedules.{done}", name=name))
    return 0
