"""`coterie backup`: prints backups as lines or as JSON."""

from __future__ import annotations

import time
from pathlib import Path

from app import paths
from app.cli.output import Output
from app.cli.printable import printable
from app.format import format_size
from app.messages import localized
from app.services.backups import backups, create_backup, restore_backup
from app.table import aligned


def list_backups(output: Output) -> int:
    """Print what can be restored."""
    known = backups(paths.home())
    if output.json:
        for one in known:
            output.object(one)
    elif known:
        rows = [
            (
                printable(one.name),
                _when(one.time),
                format_size(one.bytes),
                localized("cli.backup.aside", output.language) if one.kind == "aside" else "",
            )
            for one in known
        ]
        output.text("\n".join(aligned(rows, "  ")))
    else:
        output.note(localized("cli.backup.nothing", output.language))
    return 0


def create(output: Output) -> int:
    """Make a backup. Raises UserError `store.*`."""
    made = create_backup(paths.home())
    if output.json:
        output.object(made)
    else:
        output.text(
            localized(
                "cli.backup.created", output.language, name=printable(made.name), size=format_size(made.bytes)
            )
        )
    return 0


def restore(name: str, output: Output) -> int:
    """Restore a backup. Raises UserError `store.*` and has then changed nothing."""
    restored = restore_backup(paths.home(), name)
    if output.json:
        output.object(restored)
        return 0
    backup = restored.backup
    output.text(
        localized(
            "cli.backup.restored", output.language, name=printable(backup.name), time=_when(backup.time)
        )
    )
    if restored.aside:
        output.text(localized("cli.backup.kept", output.language, name=printable(Path(restored.aside).name)))
    return 0


def _when(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
