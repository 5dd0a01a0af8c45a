"""`coterie run --list`, `--recipes` and `--export`."""

from __future__ import annotations

import time
from typing import Any

import msgspec

from app.cli.opened import opened
from app.cli.output import Output
from app.cli.printable import printable
from app.cli.run.running import chosen_run
from app.cli.run.showing import entry_object
from app.language import Language
from app.messages import localized_error
from app.services.runs.export import ExportFormat
from app.services.runs.reasons import why_ended
from app.store.records import RunRecord


def print_runs(output: Output) -> int:
    """One line for each run, the latest first; with --json one object."""
    with opened() as services:
        services.runs.recover()
        found = services.runs.all()
        output.object({"runs": [run_object(run) for run in found]})
        output.table([_row(run, output.language) for run in found])
    return 0


def print_recipes(output: Output) -> int:
    """The recipes with their parameters; with --json one object."""
    with opened() as services:
        found = services.runs.recipes.all()
        output.object({"recipes": found})
        for recipe in found:
            output.text(f"{printable(recipe.id)}: {printable(recipe.title)}. {printable(recipe.description)}")
            for name, label, default in recipe.parameters:
                output.text(
                    f"    --set {printable(name)}=...  {printable(label)} ({printable(default) or '-'})"
                )
    return 0


def print_run(run: str, format: ExportFormat, output: Output) -> int:
    """Print the run in an export format; as "jsonl" and with --json exactly the lines that the run printed."""
    with opened() as services:
        id = chosen_run(services, run)
        output.json = output.json or format == "jsonl"
        if output.json:
            for entry in services.runs.entries(id):
                output.object(entry_object(entry, output.language))
        else:
            output.text(services.runs.export(id, format), end="")
    return 0


def run_object(run: RunRecord) -> dict[str, Any]:
    """A run for --json, without internal fields."""
    shown: dict[str, Any] = msgspec.to_builtins(run)
    for name in ("writer", "trashed", "conversation", "parent"):
        shown.pop(name)
    return {"run": shown.pop("id")} | shown


def _row(run: RunRecord, language: Language) -> tuple[str, ...]:
    """Why it ended is behind the title, in a sentence."""
    date = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.created))
    says_more = run.reason and run.state != "completed"
    why = localized_error(why_ended(run.reason), language) if says_more else ""
    return str(run.id), date, run.state + (", undone" if run.undone else ""), run.title, why
