"""`coterie update`: looks for a newer version, and puts it in place for the next start."""

from __future__ import annotations

import contextlib
import sys

import msgspec

from app import paths
from app.cli.ending import signals_noted
from app.cli.output import Output
from app.format import format_size_of
from app.messages import localized_error
from app.services.events import EventBus
from app.services.settings.settings import SettingsFile
from app.services.updates.updating import Updates
from app.services.updates.values import UpdateState
from engine.hub.transfer import Progress, Stopped, StopToken


class Report(msgspec.Struct, frozen=True):
    """What `--json` prints. `state`: "unknown" where nobody can be asked, "current", "available", or "ready" for the
    next start. `applies`: `--apply` can put it in place; else `how` says in a sentence what to do. `bytes` are those
    of the download."""

    kind: str
    installed: str
    channel: str
    state: str
    available: str | None = None
    bytes: int = 0
    notes: str = ""
    applies: bool = False
    how: str = ""


def update(address: str, output: Output, *, apply: bool) -> int:
    """Look, and with `apply` switch. Raises UserError `update.*`, `hub.*`, `download.*`."""
    updates = Updates(paths.home(), SettingsFile(paths.settings_file()), EventBus())
    if fallen := updates.fallen:
        output.note(output.localized("cli.update.fallen", before=fallen.before, after=fallen.after))
        updates.forget_fallen()
    asks = bool(address) or updates.can_ask or not updates.is_told
    state = updates.look(address) if asks else None
    if apply:
        if state is None or state.phase == "found":
            updates.check_replaces()
        if state is not None and state.phase == "found":
            state = _applied(updates, output)
    report = _report(updates, state, output)
    output.object(report)
    output.text(_said(report, output))
    return 0


def _applied(updates: Updates, output: Output) -> UpdateState:
    """Raises UserError; KeyboardInterrupt where a person ends it, and what was fetched is kept."""
    stop, terminal = StopToken(), sys.stderr is not None and sys.stderr.isatty()
    with signals_noted() as noted, contextlib.suppress(Stopped):

        def progress(now: Progress) -> None:
            if terminal:
                output.redraw(format_size_of(now.received, now.total, output.language))
            if noted():
                stop.pause()

        try:
            return updates.apply(progress, stop)
        finally:
            if terminal:
                output.redraw("")
    raise KeyboardInterrupt


def _report(updates: Updates, state: UpdateState | None, output: Output) -> Report:
    how = "" if updates.how is None else localized_error(updates.how, output.language)
    here, release = updates.here, None if state is None else state.release
    channel = "beta" if "beta" in updates.channels else "stable"
    report = Report(here.kind, here.version, channel, "unknown" if state is None else "current", how=how)
    if state is None or release is None:
        return report
    return msgspec.structs.replace(
        report,
        state="ready" if state.phase == "ready" else "available",
        available=release.version,
        bytes=0 if release.file is None else release.file.bytes,
        notes=release.notes.get(output.language) or release.notes.get("en", ""),
        applies=not how,
    )


def _said(report: Report, output: Output) -> str:
    """The same in words."""
    if report.state == "unknown":
        return report.how
    if report.state == "ready":
        return output.localized("cli.update.ready", version=report.available)
    if report.available is None:
        return output.localized("cli.update.current", version=report.installed)
    lines = [report.how or output.localized("cli.update.available", version=report.available)]
    if report.notes:
        lines += ["", output.localized("cli.update.notes"), report.notes]
    return "\n".join(lines)
