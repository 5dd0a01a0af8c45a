"""`coterie backup`: prints backups as lines or as JSON."""

from __future__ import annotations

import time
from pathlib import Path

from app import paths
from app.cli.output import Output
from app.format import format_size
from app.services.backups import backups, create_backup, restore_backup


def list_backups(output: Output) -> int:
    """Print what can be restored."""
    known = backups(paths.home())
    if output.json:
        for one in known:
            output.object(one)
    elif known:
        rows = [
            (
                one.name,
                _when(one.time),
                format_size(one.bytes),
                output.localized("cli.backup.aside") if one.kind == "aside" else "",
            )
            for one in known
        ]
        output.table(rows)
    else:
        output.note(output.localized("cli.backup.nothing"))
    return 0


def create(output: Output) -> int:
    """Make a backup. Raises UserError `store.*`."""
    made = create_backup(paths.home())
    output.object(made)
    output.text(output.localized("cli.backup.created", name=made.name, size=format_size(made.bytes)))
    return 0


def restore(name: str, output: Output) -> int:
    """Restore a backup. Raises UserError `store.*` and has then changed nothing."""
    restored = restore_backup(paths.home(), name)
    output.object(restored)
    backup = restored.backup
    output.text(output.localized("cli.backup.restored", name=backup.name, time=_when(backup.time)))
    if restored.aside:
        output.text(output.localized("cli.backup.kept", name=Path(restored.aside).name))
    return 0


def _when(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
