"""`coterie chats export`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from app.cli.chats.changing import check_ids
from app.cli.opened import opened_store
from app.cli.output import Output
from app.services.chat.exchange.exporting import Export, ExportFormat, Report, every_chat, export_chats

# Seconds between two reports of progress.
SAY_EVERY = 3.0


def export(ids: Sequence[int], format: ExportFormat, path: str, output: Output, *, replace: bool) -> int:
    """Export these chats, or all where there are no ids. Raises UserError `cli.no_chat`, `exchange.*`."""
    with opened_store() as store:
        check_ids(store, ids)
        chosen = tuple(dict.fromkeys(ids)) or every_chat(store)
        apart = len(ids) != 1 and format != "json"
        target = Path(path).expanduser()
        wanted = Export(chosen, format, target, apart, replace, output.language)
        export_chats(store, wanted, _progress(output))
    output.object({"exported": len(chosen), "output": str(target)})
    output.text(output.localized("cli.chats.exported", count=len(chosen), path=str(target)))
    return 0


def _progress(output: Output) -> Report:
    """Say now and then how far it is, on a terminal."""
    last = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= SAY_EVERY:
            last = time.monotonic()
            output.progress(output.localized("cli.chats.progress", done=done, total=total))

    return report
