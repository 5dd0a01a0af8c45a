"""`coterie models list`: what is in the library and on its way there, and how full the disk is."""

from __future__ import annotations

import time

from app.cli.models.objects import download_object, model_object
from app.cli.models.opened import opened
from app.cli.output import Output
from app.cli.printable import parameter_count, printable
from app.cli.table import aligned
from app.sentences import Language, Sentence, format_bytes
from app.services.library.values import DiskUse
from app.store.records import Download, LibraryModel

_WORDS = {
    "model": Sentence("Model", "모델"),
    "name": Sentence("Name", "이름"),
    "size": Sentence("Size", "크기"),
    "parameters": Sentence("Parameters", "매개변수"),
    "used": Sentence("Last used", "마지막 사용"),
    "verified": Sentence("Verified", "검증"),
    "state": Sentence("State", "상태"),
    "active": Sentence("{total}, {active} active", "{total}, 토큰마다 {active}"),
    "ready": Sentence("", ""),
    "missing": Sentence("its file is gone", "파일이 사라짐"),
    "damaged": Sentence("damaged: verify --repair", "손상됨: verify --repair"),
    "nothing": Sentence(
        "The library is empty. To find a model: coterie models search",
        "라이브러리가 비어 있습니다. 모델을 찾으려면: coterie models search",
    ),
    "no_downloads": Sentence("There are no downloads.", "다운로드가 없습니다."),
    "queued": Sentence("waits", "대기"),
    "running": Sentence("running", "진행 중"),
    "verifying": Sentence("checking", "확인 중"),
    "paused": Sentence("paused", "일시 정지"),
    "failed": Sentence("failed", "실패"),
    "of": Sentence("{done} of {total}", "{total} 중 {done}"),
    "on_the_way": Sentence(
        "Downloads: coterie models list --downloads ({count})",
        "다운로드: coterie models list --downloads ({count}개)",
    ),
    "disk": Sentence("{folder}: {used} of models, {free} free", "{folder}: 모델 {used}, {free} 남음"),
    "trash": Sentence("{size} in the trash: coterie models trash", "휴지통에 {size}: coterie models trash"),
    "no_disk": Sentence("{folder} is not there.", "{folder}이(가) 없습니다."),
}
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
        rows = [tuple(_word(name, language) for name in _COLUMNS), *(_row(one, language) for one in models)]
        output.text("\n".join(aligned(_without_empty_columns(rows), "  ")) + "\n")
    else:
        output.note(_word("nothing", language))
    if downloads:
        output.text(_word("on_the_way", language, count=len(downloads)))
    output.text("\n".join(disk_lines(disk, language)))
    return 0


def list_downloads(output: Output) -> int:
    """Print what is on its way, the next one first."""
    with opened() as services:
        downloads = [one for one in services.downloads.all() if one.state not in _ENDED]
    if output.json:
        for download in downloads:
            output.object(download_object(download))
    elif downloads:
        output.text("\n".join(aligned([_download_row(one, output.language) for one in downloads], "  ")))
    else:
        output.note(_word("no_downloads", output.language))
    return 0


def disk_lines(disk: DiskUse, language: Language) -> list[str]:
    """What the library takes and what is free, in words."""
    folder = printable(str(disk.folder))
    if not disk.total:
        return [_word("no_disk", language, folder=folder)]
    lines = [
        _word("disk", language, folder=folder, used=format_bytes(disk.used), free=format_bytes(disk.free))
    ]
    if disk.trash:
        lines.append(_word("trash", language, size=format_bytes(disk.trash)))
    return lines


def _row(model: LibraryModel, language: Language) -> tuple[str, ...]:
    total, active = model.parameters, model.active_parameters
    parameters = parameter_count(total) if total else ""
    if active and active != total:
        parameters = _word("active", language, total=parameters, active=parameter_count(active))
    return (
        printable(model.id),
        printable(model.name) if model.name != model.id else "",
        format_bytes(model.bytes),
        parameters,
        _day(model.used),
        _day(model.verified),
        _word(model.state, language),
    )


def _download_row(download: Download, language: Language) -> tuple[str, ...]:
    done, total = format_bytes(download.received), format_bytes(download.bytes)
    return (
        printable(download.model),
        _word(download.state, language),
        _word("of", language, done=done, total=total),
    )


def _without_empty_columns(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    kept = [column for column in range(len(rows[0])) if any(row[column] for row in rows[1:])]
    return [tuple(row[column] for column in kept) for row in rows]


def _day(when: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(when)) if when else ""


def _word(name: str, language: Language, **values: object) -> str:
    text: str = getattr(_WORDS[name], language)
    return text.format_map(values)
