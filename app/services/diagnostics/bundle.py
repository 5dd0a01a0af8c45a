"""Contents of a bug report: the diagnosis, relevant settings and the log, and as a .zip the log files."""

from __future__ import annotations

import os
import platform
import zipfile
from pathlib import Path

from app import paths
from app.log import COMMANDS, FAULTS, WINDOW, redacted, trace
from app.services.diagnostics.doctor import Diagnosis, diagnose
from app.services.diagnostics.report import report_lines
from app.services.diagnostics.settings_summary import settings_summary
from app.services.settings.settings import SettingsFile
from app.version import VERSION

LOG_LINES = 80
# By usefulness; each with its rotated parts, the newest first.
LOG_FILES = (WINDOW, COMMANDS, FAULTS)


def diagnostics(report: Diagnosis | None = None) -> str:
    """The diagnosis in English, the settings and the last lines of each log, for the clipboard or a file.

    Holds no text of the user, no token and no name of a home folder. Takes seconds unless `report` is given.
    """
    settings = SettingsFile(paths.settings_file())
    lines = [*_findings(report), "", f"Settings: {settings_summary(settings.current)}"]
    problems = (problem.params.get("key", problem.code) for problem in settings.problems)
    lines += [f"Not usable in settings.toml: {problem}" for problem in problems]
    for file in _log_files():
        if not file.name.endswith(".log"):
            continue
        lines += ["", f"{file.name}:", *_read(file).splitlines()[-LOG_LINES:]]
    return redacted("\n".join(lines)) + "\n"


def _findings(report: Diagnosis | None) -> list[str]:
    """The diagnosis and the packages; if that fails, which is when it is needed most, the reason."""
    try:
        report = report or diagnose("en")
    except Exception as error:
        return [f"Coterie {VERSION}", platform.platform(), "The diagnosis failed.", *trace(error)]
    packages = [f"{name} {version}" for name, version in report.packages.items()]
    return [*report_lines(report, "en"), "", *packages]


def write_bundle(file: Path, report: Diagnosis | None = None) -> None:
    """Write `diagnostics` and the log files to a .zip. Raises OSError; a file that stood there is then as it was."""
    unfinished = file.with_name(f"{file.name}.part")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("diagnostics.txt", diagnostics(report))
            for log in _log_files():
                archive.writestr(f"logs/{log.name}", redacted(_read(log)))
        os.replace(unfinished, file)  # noqa: PTH105
    finally:
        unfinished.unlink(missing_ok=True)


def _log_files() -> list[Path]:
    """Log files of this version; older ones may contain messages of errors."""
    return [file for name in LOG_FILES for file in sorted(paths.logs().glob(f"{name}*"))]


def _read(file: Path) -> str:
    return file.read_text("utf-8", "replace")
