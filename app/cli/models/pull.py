"""`coterie models pull`: downloads one model into the library, with progress."""

from __future__ import annotations

import contextlib
import queue

from app.cli.ending import INTERRUPTED, Ended, signals_held
from app.cli.models.objects import download_object, model_object
from app.cli.models.progress import ProgressReport, Step
from app.cli.models.working import Changes, changes_of
from app.cli.opened import opened
from app.cli.output import Output, error_object
from app.cli.printable import printable
from app.format import format_size
from app.language import Language
from app.messages import localized, localized_error
from app.services.hub.events import DownloadChanged, DownloadProgress
from app.services.services import Services
from app.store.records import Download, LibraryModel
from engine.errors import UserError
from engine.hub.names import ModelName, parse_model_name
from engine.hub.values import Repository, Variant

LOOK_S = 1.0
UNDER_WAY = ("queued", "running", "verifying")
# Errors for which resuming would fail the same way.
FINAL = ("download.changed", "download.not_usable")


def pull(name: str, output: Output) -> int:
    """Download what `name` means, or resume. 130 after Ctrl+C, keeping what was downloaded.

    Raises UserError `hub.*`, `library.*` and `download.*`.
    """
    wanted = parse_model_name(name)
    with opened() as services:
        model = _in_library(wanted, services)
        if model is not None and not _may_lack_projector(model):
            return _ready(model, output, "here")
        with changes_of(services) as changes, contextlib.closing(ProgressReport(output)) as report:
            download = _projector_of(model, services) if model else _begin(wanted, services, output)
            if isinstance(download, LibraryModel):
                return _ready(download, output, "here")
            try:
                ended = _watch(download, services, changes, report)
            except (KeyboardInterrupt, Ended):
                with signals_held():
                    paused = services.downloads.pause(download.id)
                    report.close()
                    return _paused(paused, output)
        return _ended(ended, services, output)


def _in_library(wanted: ModelName, services: Services) -> LibraryModel | None:
    """The model when it is present, complete, and has exactly this name.

    Other meanings of a name are left to the hub.
    """
    if not wanted.variant and not wanted.file:
        return None
    for model in services.library.models():
        if model.repo != wanted.repo or model.state != "ready":
            continue
        if wanted.file and any(file.origin_path == wanted.file for file in model.files):
            return model
        if wanted.variant and wanted.variant == model.variant:
            return model
    return None


def _may_lack_projector(model: LibraryModel) -> bool:
    return model.managed and model.projector is None


def _projector_of(model: LibraryModel, services: Services) -> Download | LibraryModel:
    """The download of the projector that the hub has for a model that is here without one; the model where there is
    none, or the hub cannot be asked."""
    try:
        return services.downloads.add_named(f"{model.repo}:{model.variant}")
    except UserError as error:
        if error.code == "download.already" or error.code.startswith("hub."):
            return model
        raise


def _begin(wanted: ModelName, services: Services, output: Output) -> Download | LibraryModel:
    """Queue the download; returns the model when it is already present."""
    if wanted.variant or wanted.file:
        try:
            return services.downloads.add_named(str(wanted))
        except UserError as error:
            if error.code != "download.already":
                raise
            known = services.library.get(str(error.params["name"]))
            if known.state != "ready":
                raise
            return known
    repository = services.hub.repository(wanted.repo)
    variant = _best(repository, services, output)
    named = ModelName(wanted.repo, variant=variant.name)
    here = _in_library(named, services)
    return here or services.downloads.add(repository, services.hub.with_projector(repository, variant))


def _best(repository: Repository, services: Services, output: Output) -> Variant:
    """The best variant for this machine. Raises UserError `cli.no_models`, `cli.nothing_fits`."""
    repo = repository.model.repo
    if not repository.variants:
        raise UserError("cli.no_models", repo=repo)
    if len(repository.variants) == 1:
        variant = repository.variants[0]
        output.note(output.localized("cli.pull.only", id=f"{repo}:{variant.name}"))
        return variant
    output.progress(output.localized("cli.pull.judging"))
    best = next((one for one in services.hub.judge(repository) if one.best), None)
    if best is None:
        smallest = repository.variants[0]
        raise UserError("cli.nothing_fits", repo=repo, name=f"{repo}:{smallest.name}")
    verdict = localized_error(best.verdict.sentence, output.language) if best.verdict else ""
    id = printable(f"{repo}:{best.variant.name}")
    output.note(output.localized("cli.pull.chosen", id=id, verdict=verdict))
    return best.variant


def _watch(download: Download, services: Services, changes: Changes, report: ProgressReport) -> Download:
    """Show the download until it has ended; returns its final state."""
    received = download.received
    while download.state in UNDER_WAY:
        try:
            event = changes.get(timeout=LOOK_S)
        except queue.Empty:
            download = services.downloads.get(download.id)
            continue
        if isinstance(event, DownloadChanged) and event.download.id == download.id:
            download = event.download
            if download.state in UNDER_WAY:
                received = max(received, download.received)
                report.show(_step(download, received, download.rate, None))
        elif isinstance(event, DownloadProgress) and event.download == download.id:
            left = event.seconds_left if event.seconds_left >= 0 else None
            received = event.received
            report.show(_step(download, received, event.rate, left))
    return download


def _step(download: Download, received: int, rate: float, seconds_left: float | None) -> Step:
    return Step(download.model, download.state, received, download.bytes, rate, seconds_left, download.error)


def _ended(download: Download, services: Services, output: Output) -> int:
    if download.state == "done":
        if download.error is not None:  # such as that there was no hash to compare
            output.tell(download.error)
        return _ready(services.library.get(download.model), output, "ready")
    if download.state == "paused" and download.error is None:  # by the window, or another terminal
        _paused(download, output)
        return 1
    error = download.error or UserError("cli.pull_cancelled", name=download.model).info
    output.object(download_object(download) | {"error": error_object(error, output.language)})
    output.tell(error)
    if download.state != "cancelled" and download.received:
        output.note(_so_far("useless" if error.code in FINAL else "failed", download, output.language))
    return 1


def _ready(model: LibraryModel, output: Output, how: str) -> int:
    output.object(model_object(model))
    size = format_size(model.bytes)
    output.text(output.localized(f"cli.pull.{how}", id=model.id, path=model.path, size=size))
    return 0


def _paused(download: Download, output: Output) -> int:
    with contextlib.suppress(UserError):  # the reader has closed the pipe
        output.object(download_object(download))
    output.note(_so_far("paused", download, output.language))
    return INTERRUPTED


def _so_far(word: str, download: Download, language: Language) -> str:
    done, total = format_size(download.received), format_size(download.bytes)
    return localized(f"cli.pull.{word}", language, done=done, total=total, id=printable(download.model))
