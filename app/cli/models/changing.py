"""`coterie models remove`, `restore`, `rename` and `trash`."""

from __future__ import annotations

from app.cli.models.listing import day
from app.cli.models.objects import download_object, model_object
from app.cli.opened import opened
from app.cli.output import Output
from app.format import format_size
from app.services.services import Services
from app.store.records import Download
from engine.errors import UserError


def remove(id: str, now: bool, output: Output) -> int:
    """Take a model out of the library, `now` for good. Raises UserError `library.*`, `download.*`."""
    with opened() as services:
        try:
            model = services.library.get(id)
        except UserError as error:
            download = _download(id, services) if error.code == "library.not_found" else None
            if download is None:
                raise
            return _cancelled(services.downloads.cancel(download.id), output)
        if now:
            size = services.library.delete(model.id).reclaimed
            word = "deleted" if model.managed else "forgotten"
            told = model_object(model) | {"state": "deleted", "reclaimed": size}
        else:
            removed = services.library.remove(model.id)
            word = "trashed" if removed.model.managed else "forgotten"
            size = removed.reclaimed
            told = model_object(removed.model) | {"reclaimed": removed.reclaimed}
    output.object(told)
    output.text(output.localized(f"cli.remove.{word}", id=model.id, size=format_size(size)))
    return 0


def restore(id: str, output: Output) -> int:
    """Restore a model. Raises UserError `library.*`."""
    with opened() as services:
        model = services.library.restore(id)
    output.object(model_object(model))
    output.text(output.localized("cli.remove.restored", id=model.id, path=model.path))
    return 0


def rename(id: str, name: str, output: Output) -> int:
    """Rename a model. Raises UserError `library.*`."""
    with opened() as services:
        model = services.library.rename(id, name)
    output.object(model_object(model))
    output.text(output.localized("cli.rename.renamed", id=model.id, name=model.name))
    return 0


def trash(empty: bool, output: Output) -> int:
    """Print what is in the trash, or empty it. Raises UserError `library.*`."""
    with opened() as services:
        models = services.library.trash()
        freed = services.library.empty_trash() if empty else 0
    if output.json:
        for model in models:
            output.object(model_object(model) | ({"state": "deleted"} if empty else {}))
    elif empty:
        output.text(output.localized("cli.trash.emptied", size=format_size(freed)))
    elif models:
        rows = [(one.id, format_size(one.bytes), day(one.trashed or 0.0)) for one in models]
        output.table(rows)
    else:
        output.note(output.localized("cli.trash.nothing"))
    return 0


def _download(id: str, services: Services) -> Download | None:
    """An unfinished download of this name."""
    for download in services.downloads.all():
        if download.model == id and download.state not in ("done", "cancelled"):
            return download
    return None


def _cancelled(download: Download, output: Output) -> int:
    output.object(download_object(download))
    output.text(output.localized("cli.remove.cancelled", id=download.model))
    return 0
