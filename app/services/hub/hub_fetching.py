"""Fetching from the hub: the transfer with settings, token and library."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.library.fetching import Fetched, work_folder
from app.services.library.importing import destinations
from app.store.records import Download, DownloadFile, LibraryFile, LibraryModel
from engine.hub.trash import INCOMING

if TYPE_CHECKING:
    from engine.hub.access import HubAccess
    from engine.hub.transfer import BadPart, Progress, StopToken, Wanted


class HubFetching:
    """`access` says how the hub is reached now, `parts` is the folder of the hashes of parts, `library` where the
    library is now."""

    def __init__(self, access: Callable[[], HubAccess], parts: Path, library: Callable[[], Path]) -> None:
        self._access = access
        self._parts = parts
        self._library = library

    def fetch(
        self,
        download: Download,
        folder: Path,
        progress: Callable[[Progress], None],
        stop: StopToken,
        *,
        replace: bool = False,
    ) -> Fetched:
        """As `Fetching.fetch`. Raises UserError `hub.*` and `download.*`."""
        from engine.hub.client import Hub
        from engine.hub.transfer import Wanted, fetch

        places = destinations(folder, download)
        wanted = [
            Wanted(file.path, file.bytes, file.sha256 or self._known(file, place), place)
            for file, place in zip(download.files, places, strict=True)
        ]
        access = self._access()
        access.check_online()
        with Hub(access) as hub:
            fetched = fetch(
                lambda path: hub.locate(download.repo, download.commit, path),
                wanted,
                work_folder(download, folder),
                access=access,
                parts=self._parts,
                progress=progress,
                stop=stop,
                replace=replace,
            )
        files = tuple(
            LibraryFile(str(one.path), one.bytes, one.sha256, file.path)
            for one, file in zip(fetched, download.files, strict=True)
        )
        notices = [
            notice
            for one, file in zip(fetched, download.files, strict=True)
            for notice in one.notices
            if not file.sha256
        ]
        return Fetched(files, tuple(notices))

    def discard(self, download: Download, folder: Path) -> None:
        """Raises UserError `download.elsewhere`, `download.cannot_write`."""
        from engine.hub.transfer import discard

        discard(work_folder(download, folder))

    def repair(
        self,
        model: LibraryModel,
        bad: Sequence[BadPart],
        progress: Callable[[Progress], None],
        stop: StopToken,
    ) -> None:
        """As `Fetching.repair`. Raises UserError `hub.*` and `download.*`."""
        from engine.hub.client import Hub
        from engine.hub.transfer import Wanted, repair

        wrong = {str(part.path) for part in bad}
        damaged: list[Wanted] = [
            Wanted(file.origin_path, file.bytes, file.sha256, Path(file.path))
            for file in model.files
            if file.path in wrong
        ]
        access = self._access()
        access.check_online()
        with Hub(access) as hub:
            repair(
                lambda path: hub.locate(model.repo, model.commit, path),
                damaged,
                bad,
                self._repair_folder(model),
                access=access,
                parts=self._parts,
                progress=progress,
                stop=stop,
            )

    def _repair_folder(self, model: LibraryModel) -> Path:
        """On the file system of the model's files, and the same one each time."""
        key = hashlib.sha256(model.id.encode("utf-8", "surrogatepass")).hexdigest()[:24]
        library = self._library()
        root = library if Path(model.path).is_relative_to(library) else Path(model.path).parent
        return root / INCOMING / f"repair-{key}"

    def _known(self, file: DownloadFile, place: Path) -> str:
        """The SHA-256 of a file in place that this download put there before a crash, though the hub gives no
        hash: its parts were kept.

        "" for any other.
        """
        try:
            if place.stat().st_size != file.bytes:
                return ""
            with place.open("rb") as opened:
                found = hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError:
            return ""
        return found if (self._parts / f"{found}.parts").exists() else ""
