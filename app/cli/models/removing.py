"""`coterie models remove` and `restore`."""

from __future__ import annotations

from app.cli.models.objects import download_object, model_object
from app.cli.models.opened import opened
from app.cli.output import Output
from app.cli.printable import printable
from app.sentences import Sentence, format_bytes
from app.services.services import Services
from app.store.records import Download
from engine.errors import UserError

_WORDS = {
    "trashed": Sentence(
        "{id} is in the trash; emptying it frees {size}. To undo: coterie models restore {id}",
        "{id}을(를) 휴지통으로 옮겼습니다. 비우면 {size}이(가) 확보됩니다. 되돌리려면: coterie models restore {id}",
    ),
    "forgotten": Sentence(
        "{id} is no longer in the library; its files stay where they are.",
        "{id}을(를) 라이브러리에서 뺐습니다. 파일은 그대로 있습니다.",
    ),
    "deleted": Sentence(
        "{id} is deleted: {size} are free again.", "{id}을(를) 삭제해 {size}을(를) 확보했습니다."
    ),
    "cancelled": Sentence(
        "The download of {id} is cancelled, and what had come is deleted.",
        "{id} 다운로드를 취소하고 받은 내용을 삭제했습니다.",
    ),
    "restored": Sentence("{id} is back: {path}", "{id}을(를) 되돌렸습니다: {path}"),
}


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
    output.text(_word(word, output, id=printable(model.id), size=format_bytes(size)))
    return 0


def restore(id: str, output: Output) -> int:
    """Raises UserError `library.*`."""
    with opened() as services:
        model = services.library.restore(id)
    if output.json:
        output.object(model_object(model))
    output.text(_word("restored", output, id=printable(model.id), path=printable(model.path)))
    return 0


def _download(id: str, services: Services) -> Download | None:
    """A download that has not ended and is called so."""
    for download in services.downloads.all():
        if download.model == id and download.state not in ("done", "cancelled"):
            return download
    return None


def _cancelled(download: Download, output: Output) -> int:
    if output.json:
        output.object(download_object(download))
    output.text(_word("cancelled", output, id=printable(download.model)))
    return 0


def _word(name: str, output: Output, **values: object) -> str:
    text: str = getattr(_WORDS[name], output.language)
    return text.format_map(values)
