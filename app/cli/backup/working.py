"""What `coterie backup` does: the backups in lines or as JSON."""

from __future__ import annotations

import time
from pathlib import Path

from app import paths
from app.cli.output import Output
from app.cli.printable import printable
from app.cli.table import aligned
from app.sentences import Sentence, format_bytes
from app.services.settings.backups import backups, create_backup, restore_backup

_WORDS = {
    "nothing": Sentence(
        "There are no backups yet. To make one: coterie backup create",
        "아직 백업이 없습니다. 지금 만들려면: coterie backup create",
    ),
    "backup": Sentence("", ""),
    "aside": Sentence("set aside by a restore", "복원할 때 따로 보관함"),
    "created": Sentence("{name} ({size})", "{name}({size})"),
    "restored": Sentence("Restored {name} of {time}.", "{time}에 만든 {name}을(를) 복원했습니다."),
    "kept": Sentence(
        "What was there before is kept. To go back to it: coterie backup restore {name}",
        "이전 데이터는 그대로 보관했습니다. 되돌리려면: coterie backup restore {name}",
    ),
}


def list_backups(output: Output) -> int:
    """Print what can be restored."""
    known = backups(paths.home())
    if output.json:
        for one in known:
            output.object(one)
    elif known:
        rows = [
            (printable(one.name), _when(one.time), format_bytes(one.bytes), _word(one.kind, output))
            for one in known
        ]
        output.text("\n".join(aligned(rows, "  ")))
    else:
        output.note(_word("nothing", output))
    return 0


def create(output: Output) -> int:
    """Make a backup. Raises UserError `store.*`."""
    made = create_backup(paths.home())
    if output.json:
        output.object(made)
    else:
        output.text(_word("created", output, name=printable(made.name), size=format_bytes(made.bytes)))
    return 0


def restore(name: str, output: Output) -> int:
    """Restore a backup. Raises UserError `store.*` and has then changed nothing."""
    restored = restore_backup(paths.home(), name)
    if output.json:
        output.object(restored)
        return 0
    backup = restored.backup
    output.text(_word("restored", output, name=printable(backup.name), time=_when(backup.time)))
    if restored.aside:
        output.text(_word("kept", output, name=printable(Path(restored.aside).name)))
    return 0


def _when(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def _word(key: str, output: Output, **values: object) -> str:
    text: str = getattr(_WORDS[key], output.language)
    return text.format_map(values)
