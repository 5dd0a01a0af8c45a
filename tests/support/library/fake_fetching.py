"""Fetches from memory, at the pace and to the end that a test wants."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from app.services.library.fetching import Fetched, work_folder
from app.services.library.importing import destinations
from app.store.records import Download, DownloadFile, LibraryFile, LibraryModel
from engine.errors import UserError
from engine.hub.transfer import BadPart, Progress, StopToken
from engine.hub.values import HubFile, HubModel, Repository, Variant
from tests.support.library.library_models import model_bytes

STEP_S = 0.005


def repository(repo: str = "o/r-GGUF", *variants: Variant) -> Repository:
    """A repository with a small model in the variants Q4_0 and Q8_0."""
    return Repository(HubModel(repo), "c" * 40, variants or (variant("Q4_0", 4), variant("Q8_0", 8)))


def variant(name: str = "Q8_0", seed: int = 8, files: int = 1) -> Variant:
    data = model_bytes(seed)
    paths = [f"m-{name}.gguf"] if files == 1 else [f"m-{name}-{n}.gguf" for n in range(files)]
    return Variant(name, tuple(HubFile(path, len(data), hashlib.sha256(data).hexdigest()) for path in paths))


class FakeFetching:
    """Keeps the `Fetching` protocol. `hold`, while set, keeps downloads at half their bytes; `fail` is raised there
    instead, once for each download it is set for."""

    def __init__(self) -> None:
        self.hold = threading.Event()
        self.fail: dict[str, BaseException] = {}
        self.trouble: dict[str, UserError] = {}
        self.started: list[str] = []
        self.discarded: list[str] = []
        self.running: set[str] = set()
        self.most = 0
        self.repaired: list[tuple[str, int]] = []
        self._data = {hashlib.sha256(model_bytes(seed)).hexdigest(): model_bytes(seed) for seed in (4, 8)}

    def fetch(
        self,
        download: Download,
        folder: Path,
        progress: Callable[[Progress], None],
        stop: StopToken,
        *,
        replace: bool = False,
    ) -> Fetched:
        self.started.append(download.model)
        self.running.add(download.model)
        self.most = max(self.most, len(self.running))
        work = work_folder(download, folder)
        work.mkdir(parents=True, exist_ok=True)
        try:
            self._arrive(download, work, progress, stop)
            places = destinations(folder, download)
            for place, file in zip(places, download.files, strict=True):
                if place.exists() and place.read_bytes() != self._of(file) and not replace:
                    raise UserError("download.in_the_way", path=str(place))
            for place, file in zip(places, download.files, strict=True):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(self._of(file))
            self._clear(work)
        finally:
            self.running.discard(download.model)
            if stop.cancelled:
                self._clear(work)
        return Fetched(
            tuple(
                LibraryFile(str(place), file.bytes, hashlib.sha256(self._of(file)).hexdigest(), file.path)
                for place, file in zip(places, download.files, strict=True)
            )
        )

    def _arrive(
        self, download: Download, work: Path, progress: Callable[[Progress], None], stop: StopToken
    ) -> None:
        half = download.bytes // 2
        progress(Progress(half, download.bytes, half, 1000.0))
        (work / "0.part").write_bytes(bytes(half))
        if download.model in self.fail:
            raise self.fail.pop(download.model)
        if download.model in self.trouble:
            progress(Progress(half, download.bytes, half, 0.0, self.trouble[download.model].info))
        while self.hold.is_set():
            stop.check()
            time.sleep(STEP_S)
        stop.check()
        progress(Progress(download.bytes, download.bytes, half, 1000.0))

    def _of(self, file: DownloadFile) -> bytes:
        return self._data[file.sha256] if file.sha256 else model_bytes(8)

    def discard(self, download: Download, folder: Path) -> None:
        self.discarded.append(download.model)
        self._clear(work_folder(download, folder))

    def _clear(self, work: Path) -> None:
        for path in work.glob("*"):
            path.unlink()
        if work.exists():
            work.rmdir()

    def repair(
        self,
        model: LibraryModel,
        bad: Sequence[BadPart],
        progress: Callable[[Progress], None],
        stop: StopToken,
    ) -> None:
        for part in bad:
            self.repaired.append((part.path.name, part.part))
            file = next(file for file in model.files if file.path == str(part.path))
            part.path.write_bytes(self._data[file.sha256])
        progress(Progress(1, 1))
