"""`coterie doctor`: what is installed, which devices there are, what is slow and why."""

from __future__ import annotations

from pathlib import Path

from app.cli.output import Output
from app.services.diagnostics.bundle import write_bundle
from app.services.diagnostics.doctor import diagnose
from app.services.diagnostics.report import report_lines
from engine.errors import UserError


def doctor(output: Output, bundle: str = "") -> int:
    """Print the report; 0 when every check is good, else 1. With `bundle` also write the file for a bug report.

    Raises UserError `cli.not_written`.
    """
    report = diagnose(output.language)
    if bundle:
        file = Path(bundle).expanduser().absolute()
        try:
            write_bundle(file, report)
        except OSError as error:
            raise UserError("cli.not_written", path=str(file), detail=error.strerror or str(error)) from error
    output.object(report)
    for line in report_lines(report, output.language):
        output.text(line)
    if bundle:
        output.note(output.localized("cli.doctor.written", file=str(file)))
    return 0 if all(check.ok for check in report.checks) else 1
