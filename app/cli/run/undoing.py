"""`coterie run --undo`: restores what a run changed."""

from __future__ import annotations

from app.cli.ending import INTERRUPTED, signals_noted
from app.cli.opened import opened
from app.cli.output import Output
from app.cli.printable import printable
from app.cli.run.running import chosen_run
from app.services.runs.events import RunEntries
from engine.errors import ErrorInfo


def undo(run: str, *, force: bool, output: Output) -> int:
    """Run the command; returns 1 when files were left alone. Ctrl+C ends it after the file at hand.

    With --json the journal's event is printed.
    """
    with opened() as services:
        id = chosen_run(services, run)
        told: list[RunEntries] = []
        services.events.subscribe(RunEntries, told.append)
        plan = services.runs.undo_plan(id)
        with signals_noted() as stop:
            undone = services.runs.undo(id, plan, plan.conflicts if force else (), stop)
        if output.json:
            output.object(told[-1].entries[-1].as_object())
        done = {change.path for change in undone.files}
        for step in plan.steps:
            if step.path in done:
                action = "remove" if step.action == "remove" else "restore"
                output.text(f"{output.localized(f'cli.undo.{action}')}: {printable(step.path)}")
        if undone.conflicts:
            left = ErrorInfo("cli.undo_conflicts", {"paths": ", ".join(undone.conflicts)})
            output.tell(left)
        if undone.stopped:
            output.tell(ErrorInfo("cli.undo_stopped"))
            return INTERRUPTED
        return 1 if undone.conflicts else 0
