"""What the commands of `coterie cuda` do."""

from __future__ import annotations

import contextlib
import sys
from typing import Literal

import msgspec

from app import paths
from app.cli.ending import signals_noted
from app.cli.output import Output
from app.format import format_size_of
from app.services.cuda_pack.cuda_pack import CudaPack, Offer
from app.services.events import EventBus
from app.services.settings.settings import SettingsFile
from app.services.updates.updating import Updates
from engine.errors import UserError
from engine.hub.transfer import Progress, Stopped, StopToken


class Report(msgspec.Struct, frozen=True):
    """What `--json` prints. `card` is the one that has answered; `bytes` and `disk_bytes` are those of what a release
    has, to fetch and to keep."""

    state: Literal["ready", "there", "declined", "removed", "none"]
    card: str = ""
    bytes: int = 0
    disk_bytes: int = 0


def install(address: str, output: Output, *, yes: bool) -> int:
    """Raises UserError `cuda.*`, `update.*`, `hub.*`, `download.*`."""
    pack = _pack()
    offer = pack.look(address)
    told: dict[str, str | int] = {
        "cards": offer.cards,
        "bytes": offer.bytes,
        "disk_bytes": offer.disk_bytes,
    }
    report = Report("ready", bytes=offer.bytes, disk_bytes=offer.disk_bytes)
    if not offer.is_new:
        report = msgspec.structs.replace(report, state="there", bytes=0)
    elif not yes and not _asks(output, told):
        report = msgspec.structs.replace(report, state="declined")
    else:
        report = msgspec.structs.replace(report, card=_installed(pack, offer, output))
    output.object(report)
    output.text(output.localized(f"cli.cuda.{report.state}", card=report.card, cards=offer.cards))
    return 0


def remove(output: Output) -> int:
    """Raises UserError `cuda.elsewhere`, `download.*`."""
    report = Report("removed" if _pack().remove() else "none")
    output.object(report)
    output.text(output.localized(f"cli.cuda.{report.state}"))
    return 0


def _pack() -> CudaPack:
    settings = SettingsFile(paths.settings_file())
    return CudaPack(paths.cuda(), paths.logs(), settings, Updates(paths.home(), settings, EventBus()))


def _asks(output: Output, told: dict[str, str | int]) -> bool:
    """Whether the person wants it. Raises UserError `cuda.needs_yes` where nobody can be asked."""
    if output.json or sys.stdin is None or not sys.stdin.isatty():
        raise UserError("cuda.needs_yes", **told)
    output.note(output.localized("cli.cuda.question", **told), end="")
    return sys.stdin.readline().strip().lower() in ("y", "yes", "예", "네")


def _installed(pack: CudaPack, offer: Offer, output: Output) -> str:
    """Raises UserError; KeyboardInterrupt where a person ends it, and what was fetched is kept."""
    stop, terminal = StopToken(), sys.stderr is not None and sys.stderr.isatty()
    with signals_noted() as noted, contextlib.suppress(Stopped):

        def progress(now: Progress) -> None:
            if terminal and now.received < now.total:
                output.redraw(format_size_of(now.received, now.total, output.language))
            elif terminal:
                output.redraw(output.localized("cli.cuda.trying", cards=offer.cards))
            if noted():
                stop.pause()

        try:
            return pack.install(offer, progress, stop)
        finally:
            if terminal:
                output.redraw("")
    raise KeyboardInterrupt
