"""Sentences on collections."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from app.desktop.base.language import languages
from app.desktop.text.run_labels import folder_text
from app.desktop.widgets.labels import breakable
from app.format import format_count, format_percent
from app.messages import localized
from app.services.collections.background import Pause
from app.services.collections.collections import Status
from app.services.collections.reading import shown, shown_name
from app.store.documents.records import Failure, Source

MOST_FAILED = 20
translate = QCoreApplication.translate


def state_text(status: Status) -> str:
    """How far a collection is read: "1,204 documents · search by words ready · search by meaning 34%"."""
    counts = status.counts
    if not counts.documents:
        return translate("Collections", "No documents yet") if status.sources else ""
    one = counts.documents == 1
    documents = (
        translate("Collections", "1 document") if one else translate("Collections", "{count} documents")
    )
    said = [documents.format(count=format_count(counts.documents))]
    if counts.waiting:
        waiting = translate("Collections", "{count} still to be read")
        said.append(waiting.format(count=format_count(counts.waiting)))
    else:
        said.append(translate("Collections", "search by words ready"))
    if status.finds_meaning and counts.words:
        if counts.meaning >= counts.words:
            said.append(translate("Collections", "search by meaning ready"))
        else:
            # Never 100 % before all is done.
            share = counts.meaning * 100 // counts.words / 100
            said.append(
                translate("Collections", "search by meaning {share}").format(share=format_percent(share))
            )
    if counts.partly:
        partly = translate("Collections", "{count} too long to be read whole")
        said.append(partly.format(count=format_count(counts.partly)))
    return " · ".join(said)


def pause_text(status: Status, pause: Pause) -> str:
    """Why nothing is read at the moment, "" where nothing waits."""
    counts = status.counts
    lacks_meaning = status.finds_meaning and counts.meaning < counts.words
    is_new = bool(status.sources) and not counts.documents
    if not pause or not (counts.waiting or lacks_meaning or is_new):
        return ""
    if pause == "answer":
        return translate("Collections", "Files are read once the answer is written.")
    return translate("Collections", "Files are read when the computer isn’t on its battery.")


def failed_text(failed: Sequence[Failure]) -> str:
    """Files that could not be read, each with the reason."""
    lines = [
        f"{breakable(shown_name(each.path))}: {localized(f'cli.collections.reason.{each.code}', languages.current)}"
        for each in failed[:MOST_FAILED]
    ]
    if len(failed) > MOST_FAILED:
        more = translate("Collections", "… and {count} more")
        lines.append(more.format(count=format_count(len(failed) - MOST_FAILED)))
    return "\n".join(lines)


def skipped_text(status: Status) -> str:
    """How many files are left out, by why."""
    return "\n".join(
        localized(
            "cli.collections.skipped",
            languages.current,
            count=count,
            reason=localized(f"cli.collections.reason.{code}", languages.current),
        )
        for code, count in sorted(status.skipped.items())
    )


def place(source: Source) -> tuple[str, str]:
    """The name of a folder or file, and where it is."""
    path = os.fsdecode(source.path)
    where = shown(folder_text(str(Path(path).parent)))
    if source.gone:
        gone = translate("Collections", "Not there now. What was read of it is still found.")
        where = f"{where} · {gone}"
    return shown_name(source.path) or shown(path), breakable(where)
