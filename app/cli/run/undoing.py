"""`coterie run --undo` and `--redo`: restore what a run changed, and take that back."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

from agents.events import Undone
from app.cli.ending import INTERRUPTED, signals_noted
from app.cli.opened import opened
from app.cli.output import Output
from app.cli.printable import printable
from app.cli.run.running import chosen_run
from app.services.runs.events import RunEntries
from engine.errors import ErrorInfo

# Between two times that the line of progress is drawn; seconds.
_REDRAWN = 0.1


@contextlib.contextmanager
def shown_progress(output: Output) -> Iterator[Callable[[int, int], None]]:
    """Shows how many files are done on a terminal, once it takes a moment."""
    drawn = time.monotonic()
    begun = False

    def show(done: int, total: int) -> None:
        nonlocal drawn, begun
        if sys.stderr.isatty() and time.monotonic() - drawn >= _REDRAWN:
            drawn, begun = time.monotonic(), True
            output.redraw(output.localized("cli.undo.progress", done=done, total=total))

    try:
        yield show
    finally:
        if begun:
            output.redraw("")


def undo(run: str, *, force: bool, output: Output, redo: bool = False) -> int:
    """Undo, or take the last undo back (`redo`); returns 1 when files were left alone. Ctrl+C ends it after the
    file at hand.

    With --json the journal's event is printed.
    """
    with opened() as services:
        id = chosen_run(services, run)
        told: list[RunEntries] = []
        services.events.subscribe(RunEntries, told.append)
        plan = services.runs.redo_plan(id) if redo else services.runs.undo_plan(id)
        force_paths = plan.conflicts if force else ()
        with signals_noted() as stop, shown_progress(output) as progress:
            undone = services.runs.undo(id, plan, force_paths, stop, progress)
        if output.json:
            output.object(told[-1].entries[-1].as_object())
        done = {change.path for change in undone.files}
        for step in plan.steps:
            if step.path in done:
                action = "remove" if step.action == "remove" else "restore"
                output.text(f"{output.localized(f'cli.undo.{action}')}: {printable(step.path)}")
        for path in times_alone(undone):
            output.text(f"{output.localized('cli.undo.attributes')}: {printable(path)}")
        if undone.conflicts:
            left = ErrorInfo("cli.undo_conflicts", {"paths": ", ".join(undone.conflicts)})
            output.tell(left)
        if undone.stopped:
            output.tell(ErrorInfo("cli.undo_stopped"))
            return INTERRUPTED
        return 1 if undone.conflicts else 0


def times_alone(undone: Undone) -> list[str]:
    """Paths of which only times and the like came back. Those of a folder come back with what is in it."""
    done = [change.path for change in undone.files]
    paths = dict.fromkeys(change.path for change in undone.attributes)
    return [
        path for path in paths if not any(path in (".", each) or each.startswith(f"{path}/") for each in done)
    ]
