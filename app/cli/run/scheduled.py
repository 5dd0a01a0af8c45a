"""`coterie run --schedule` and `coterie schedules run`: the run of a schedule in the terminal, or without one."""

from __future__ import annotations

import sys

from app.cli.opened import opened
from app.cli.output import Output
from app.cli.run.running import Watch
from app.services.schedules.words import state_words
from app.services.services import Services
from app.store.records import RunRecord
from app.store.schedules.records import Schedule
from engine.errors import UserError


def start(name: str, output: Output, *, only_due: bool = False) -> int:
    """Start it and show the run; returns the exit code. With `only_due` it starts where it is due and no open Coterie
    does so itself, which is no failure. Where nobody is at the terminal, a run that asks is put aside until Coterie
    is opened."""
    with opened() as services:
        schedule, keeper = services.schedules.named(name), services.schedules.keeper
        keeper.attended = sys.stdin.isatty()
        keeper.listen()
        if not only_due:
            return _followed(services, schedule, output, services.schedules.fire(schedule.id))
        codes: list[int] = []
        alone = keeper.if_alone(lambda: codes.append(_due(services, schedule, output)))
        if not alone:
            output.note(output.localized("cli.schedules.open"))
        return codes[0] if codes else 0


def _due(services: Services, schedule: Schedule, output: Output) -> int:
    services.runs.recover()
    record = services.schedules.keeper.fire_due(schedule)
    if record is None:
        line = next(line for line in services.schedules.lines() if line.schedule.id == schedule.id)
        output.note(state_words(line, services.store.database.clock(), output.language))
        return 0
    return _followed(services, schedule, output, record)


def _followed(services: Services, schedule: Schedule, output: Output, record: RunRecord) -> int:
    code = Watch(services, output).follow(record)
    services.schedules.keeper.settle()
    last = services.schedules.history(schedule.id)
    if any(firing.run == record.id and firing.state == "queued" for firing in last):
        raise UserError("schedule.asks")
    return code
