"""`coterie models remove` and `restore`."""

from __future__ import annotations

from app.cli.models.objects import download_object, model_object
from app.cli.models.opened import opened
from app.cli.output import Output
from app.cli.printable import printable
from app.format import format_size
from app.messages import localized
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
    if output.json:
        output.object(told)
    output.text(
        localized(f"cli.remove.{word}", output.language, id=printable(model.id), size=format_size(size))
    )
    return 0


def restore(id: str, output: Output) -> int:
    """Restore a model. Raises UserError `library.*`."""
    with opened() as services:
        model = services.library.restore(id)
    if output.json:
        output.object(model_object(model))
    output.text(
        localized("cli.remove.restored", output.language, id=printable(model.id), path=printable(model.path))
    )
    return 0


def _download(id: str, services: Services) -> Download | None:
    """An unfinished download of this name."""
    for download in services.downloads.all():
        if download.model == id and download.state not in ("done", "cancelled"):
            return download
    return None


def _cancelled(download: Download, output: Output) -> int:
    if output.json:
        output.object(download_object(download))
    output.text(localized("cli.remove.cancelled", output.language, id=printable(download.model)))
    return 0
