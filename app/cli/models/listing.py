"""`coterie models list`: models of the library, downloads, and disk usage."""

from __future__ import annotations

import time

from app.cli.models.objects import download_object, model_object
from app.cli.opened import opened
from app.cli.output import Output
from app.cli.printable import printable
from app.format import format_short_count, format_size, format_size_of
from app.language import Language
from app.messages import localized
from app.services.library.values import DiskUse
from app.store.records import Download, LibraryModel

_COLUMNS = ("model", "name", "size", "parameters", "used", "verified", "state")
_ENDED = ("done", "cancelled")


def list_models(output: Output) -> int:
    """Print the models, and to people the disk."""
    language = output.language
    with opened() as services:
        models = services.library.models()
        downloads = [one for one in services.downloads.all() if one.state not in _ENDED]
        if output.json:
            for model in models:
                output.object(model_object(model))
            return 0
        disk = services.library.disk()
    if models:
        rows = [
            tuple(output.localized(f"cli.list.{name}") for name in _COLUMNS),
            *(_row(one, language) for one in models),
        ]
        output.table(_without_empty_columns(rows))
        output.text("")
    else:
        output.note(output.localized("cli.list.nothing"))
    if downloads:
        output.text(output.localized("cli.list.on_the_way", count=len(downloads)))
    output.text("\n".join(disk_lines(disk, language)))
    return 0


def list_downloads(output: Output) -> int:
    """Print the downloads, the next one first."""
    with opened() as services:
        downloads = [one for one in services.downloads.all() if one.state not in _ENDED]
    if output.json:
        for download in downloads:
            output.object(download_object(download))
    elif downloads:
        output.table([_download_row(one, output.language) for one in downloads])
    else:
        output.note(output.localized("cli.list.no_downloads"))
    return 0


def disk_lines(disk: DiskUse, language: Language) -> list[str]:
    """Disk usage of the library and free space, in words."""
    folder = printable(str(disk.folder))
    if not disk.total:
        return [localized("cli.list.no_disk", language, folder=folder)]
    lines = [
        localized(
            "cli.list.disk", language, folder=folder, used=format_size(disk.used), free=format_size(disk.free)
        )
    ]
    if disk.trash:
        lines.append(localized("cli.list.trash", language, size=format_size(disk.trash)))
    return lines


def _row(model: LibraryModel, language: Language) -> tuple[str, ...]:
    total, active = model.parameters, model.active_parameters
    parameters = format_short_count(total, language) if total else ""
    if active and active != total:
        parameters = localized(
            "cli.list.active", language, total=parameters, active=format_short_count(active, language)
        )
    return (
        model.id,
        model.name if model.name != model.id else "",
        format_size(model.bytes),
        parameters,
        day(model.used),
        day(model.verified),
        localized(f"cli.list.{model.state}", language) if model.state != "ready" else "",
    )


def _download_row(download: Download, language: Language) -> tuple[str, ...]:
    return (
        download.model,
        localized(f"cli.list.{download.state}", language),
        format_size_of(download.received, download.bytes, language),
    )


def _without_empty_columns(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    kept = [column for column in range(len(rows[0])) if any(row[column] for row in rows[1:])]
    return [tuple(row[column] for column in kept) for row in rows]


def day(when: float) -> str:
    """A local date, "" for 0."""
    return time.strftime("%Y-%m-%d", time.localtime(when)) if when else ""
