"""`coterie chats import`."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from app.cli.opened import opened_store
from app.cli.output import Output
from app.messages import localized_error
from app.services.chat.exchange.reading.importing import ChatImports
from app.services.chat.exchange.values import Imported
from app.services.events import EventBus

# Lines of chats that cannot be read, for people; JSON has them all.
SHOWN = 20
INTERVAL = 0.25  # seconds between two looks at the progress


def import_chats(paths: Sequence[str], output: Output, *, dry_run: bool) -> int:
    """Import the chats of files and folders, or say what would be imported; 1 where there was nothing to import.

    Raises UserError `store.*`.
    """
    done, shows = Imported(), not output.json and sys.stderr.isatty()
    with opened_store() as store:
        last = time.monotonic()
        try:
            for done in ChatImports(store, EventBus()).run(
                [Path(path).expanduser() for path in paths], dry_run=dry_run
            ):
                if shows and time.monotonic() - last >= INTERVAL:
                    last = time.monotonic()
                    output.redraw(output.localized("cli.chats.importing", count=done.found))
        finally:
            if shows:
                output.redraw("")
    _tell(done, output, dry_run=dry_run)
    return 0 if done.imported or done.already else 1


def _tell(done: Imported, output: Output, *, dry_run: bool) -> None:
    language = output.language
    failed = [(each.title, localized_error(each.reason, language)) for each in done.failed]
    output.object(
        {
            "found": done.found,
            "imported": done.imported,
            "already": done.already,
            "failed": [{"title": title, "reason": reason} for title, reason in failed],
        }
    )
    if dry_run:
        output.text(output.localized("cli.chats.would_import", count=done.imported))
    else:
        output.text(output.localized("cli.chats.imported", count=done.imported))
    if done.already:
        output.text(output.localized("cli.chats.already", count=done.already))
    if output.json or not failed:
        return
    output.note(output.localized("cli.chats.failed", count=len(failed)))
    for title, reason in failed[:SHOWN]:
        output.note("  " + output.localized("cli.chats.unread", title=title, reason=reason).lstrip(": "))
    if len(failed) > SHOWN:
        output.note("  " + output.localized("cli.chats.more_unread", count=len(failed) - SHOWN))
