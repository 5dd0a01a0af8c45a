"""What the page knows of downloads and models on disk, kept in step with what the services tell."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tasks import Executor
from app.services.events import ServiceEvent
from app.services.hub.events import DownloadChanged, DownloadProgress
from app.services.library.events import LibraryChanged, VerifyProgress
from app.store.records import Download, LibraryModel, ToolCheck

if TYPE_CHECKING:
    from app.services.library.values import DiskUse
    from app.services.services import Services

# What has ended and waits for nothing.
ENDED = ("done", "cancelled")
# What writes no more: what it takes on the disk can be told.
SETTLED = (*ENDED, "paused", "failed")


def is_foreign(download: Download) -> bool:
    """Whether another process fetches it: a command in a terminal."""
    return bool(download.writer) and download.writer.partition(":")[0] != str(os.getpid())


class Holding(msgspec.Struct, frozen=True):
    """What is there of one variant: a download on its way, or the model itself."""

    download: Download | None = None
    model: LibraryModel | None = None


class LibraryState(QObject):
    """The one copy of that state in the window. `read` asks for all of it again.

    `downloads_changed` and `library_changed` come when rows did; `progressed` carries a download's id and
    `verifying` a `VerifyProgress`. A download that waits for its undo (see `hold_back`) is not shown.
    """

    downloads_changed = Signal()
    library_changed = Signal()
    progressed = Signal(int)
    verifying = Signal(object)

    def __init__(self, calls: ServiceCalls, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._downloads: dict[int, Download] = {}
        self._hidden: set[int] = set()
        self.progress: dict[int, DownloadProgress] = {}
        self.models: tuple[LibraryModel, ...] | None = None
        self.trash: tuple[LibraryModel, ...] = ()
        self.duplicates: tuple[tuple[LibraryModel, ...], ...] = ()
        self.disk: DiskUse | None = None
        self.tool_checks: dict[str, ToolCheck] = {}  # by the path of the model
        self._reading = self._again = False
        # Since the reading began, which may not know of it.
        self._told: dict[int, Download] = {}
        self._gone: set[int] = set()

    # Reading

    @property
    def is_reading(self) -> bool:
        """Whether the services are being asked."""
        return self._reading

    def read(self) -> None:
        """Ask the services for everything; while one such reading runs, at most one more waits."""
        if self._reading:
            self._again = True
            return
        self._reading = True
        self._told.clear()
        self._gone.clear()
        self._calls.do(_everything, self._take, self._failed, executor="io")

    def _take(self, found: dict[str, Any]) -> None:
        read = {download.id: download for download in found["downloads"] if download.id not in self._gone}
        self._downloads = read | self._told
        self.progress = {id: told for id, told in self.progress.items() if id in self._downloads}
        self._take_library(found)
        self.downloads_changed.emit()
        self._go_on()

    def _take_library(self, found: dict[str, Any]) -> None:
        self.models, self.trash = found["models"], found["trash"]
        self.duplicates, self.disk = found["duplicates"], found["disk"]
        self.tool_checks = found["tool_checks"]
        self.library_changed.emit()

    def _failed(self, error: object) -> None:
        self._calls.failed.emit(error)
        self._go_on()

    def _go_on(self) -> None:
        self._reading = False
        if self._again:
            self._again = False
            self.read()

    # What the services tell

    def take_events(self, events: list[ServiceEvent]) -> None:
        changed = recomputed = False
        for event in events:
            if isinstance(event, DownloadProgress):
                self.progress[event.download] = event
                self.progressed.emit(event.download)
            elif isinstance(event, DownloadChanged):
                changed = True
                self._downloads[event.download.id] = self._told[event.download.id] = event.download
                if event.download.state not in ("running", "verifying"):
                    self.progress.pop(event.download.id, None)
                recomputed = recomputed or event.download.state in SETTLED
            elif isinstance(event, LibraryChanged):
                recomputed = True
            elif isinstance(event, VerifyProgress):
                self.verifying.emit(event)
        if changed:
            self.downloads_changed.emit()
        if recomputed:
            self.read()

    # Asking

    def downloads(self) -> list[Download]:
        """Those to show: the queue in its order, then what has ended, the latest first."""
        shown = [
            download
            for download in self._downloads.values()
            if download.state != "cancelled" and download.id not in self._hidden
        ]
        queue = sorted((d for d in shown if d.state != "done"), key=lambda d: (d.position, d.id))
        done = sorted((d for d in shown if d.state == "done"), key=lambda d: -d.id)
        return queue + done

    def unfinished(self) -> list[Download]:
        return [download for download in self.downloads() if download.state != "done"]

    def download(self, id: int) -> Download | None:
        return self._downloads.get(id)

    def received(self, download: Download) -> int:
        """The bytes that are there, by the last report."""
        told = self.progress.get(download.id)
        return told.received if told is not None else download.received

    def holding(self, repo: str, variant: str) -> Holding:
        """What is there of a variant of a repository."""
        for model in self.models or ():
            if model.repo == repo and model.variant == variant:
                return Holding(model=model)
        for download in self.unfinished():
            if download.repo == repo and download.variant == variant:
                return Holding(download=download)
        return Holding()

    def model_of(self, download: Download) -> LibraryModel | None:
        """The model that a finished download became, while it is in the library."""
        return self.holding(download.repo, download.variant).model

    def library_bytes(self) -> int:
        files = {file.path: file.bytes for model in self.models or () for file in model.files}
        return sum(files.values())  # a projector may belong to several

    def disk_use(self) -> DiskUse | None:
        """What takes the disk, with the parts of downloads that are there by the last report."""
        if self.disk is None:
            return None
        received = sum(self.received(download) for download in self.unfinished())
        return msgspec.structs.replace(self.disk, incoming=self.disk.leftover + received)

    def free(self) -> int | None:
        """Bytes free on the disk of the library; None where nobody knows."""
        return self.disk.free if self.disk is not None and self.disk.total else None

    # A cancelled download that can be had back

    def hold_back(self, id: int, on: bool) -> None:
        """Hide a download, or show it again."""
        (self._hidden.add if on else self._hidden.discard)(id)
        self.downloads_changed.emit()

    def forget(self, id: int) -> None:
        """A row that a person put away."""
        self._downloads.pop(id, None)
        self._told.pop(id, None)
        self._gone.add(id)
        self.progress.pop(id, None)
        self._hidden.discard(id)
        self.downloads_changed.emit()

    def do(
        self,
        work: Callable[[Services], Any],
        then: Callable[[Any], None] | None = None,
        *,
        slow: bool = False,
        at_the_end: bool = False,
    ) -> None:
        """Something that changes files or the queue; what goes wrong is told over the page.

        `slow`: it may move or delete large files. `at_the_end`: it must be done even if the window closes now.
        """
        executor: Executor = "db" if at_the_end else "files" if slow else "io"
        self._calls.do(work, then, executor=executor, owner=self)


def _everything(services: Services) -> dict[str, Any]:
    models = services.library.models()
    return {
        "downloads": services.downloads.all(),
        "models": models,
        "tool_checks": services.tool_checks.by_path(model.path for model in models),
        "trash": services.library.trash(),
        "duplicates": services.library.duplicates(),
        "disk": services.library.disk(),
    }
