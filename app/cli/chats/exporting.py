"""`coterie chats export`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.cli.chats.changing import check_ids
from app.cli.opened import opened_store
from app.cli.output import Output
from app.services.chat.exchange.exporting import Export, ExportFormat, every_chat, export_chats


def export(ids: Sequence[int], format: ExportFormat, path: str, output: Output, *, replace: bool) -> int:
    """Export these chats, or all where there are no ids. Raises UserError `cli.no_chat`, `exchange.*`."""
    with opened_store() as store:
        check_ids(store, ids)
        chosen = tuple(dict.fromkeys(ids)) or every_chat(store)
        apart = len(ids) != 1 and format != "json"
        target = Path(path).expanduser()
        export_chats(store, Export(chosen, format, target, apart, replace, output.language))
    output.object({"exported": len(chosen), "output": str(target)})
    output.text(output.localized("cli.chats.exported", count=len(chosen), path=str(target)))
    return 0
