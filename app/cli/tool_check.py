"""`coterie bench MODEL --tools`: measures how well a model uses tools, and stores the result."""

from __future__ import annotations

import msgspec

from agents.check.check import Checked
from app.cli.opened import opened
from app.cli.output import Output
from app.format import format_duration
from app.messages import localized


def check_tools(model: str, output: Output) -> int:
    """Check, print and store the result; returns 0. Raises UserError as `ToolChecks.run` does."""
    with opened() as services:
        found = services.tool_checks.run(model, lambda done, total: output.progress(f"{done} / {total}"))
    if found is not None:
        _print(found, output)
    return 0


def _print(found: Checked, output: Output) -> None:
    language = output.language
    failed = [localized(f"tool_check.task.{name}", language) for name in found.failed]
    if output.json:
        values = msgspec.to_builtins(found)
        values["failed"] = [
            {"task": name, "words": words} for name, words in zip(found.failed, failed, strict=True)
        ]
        output.object(values)
        return
    rating = localized(f"tool_check.rating.{found.rating}", language)
    output.text(output.localized("cli.tool_check.rating", rating=rating))
    time = format_duration(found.seconds, language)
    output.text(output.localized("cli.tool_check.passed", passed=found.passed, total=found.total, time=time))
    if failed:
        output.text(output.localized("cli.tool_check.failed"))
        for words in failed:
            output.text(f"  {words}")
