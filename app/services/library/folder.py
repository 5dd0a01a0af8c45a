"""The library's folder: its path, free space, and files besides models."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from app.services.library.fetching import work_key
from app.services.library.values import DiskUse
from app.services.settings.settings import SettingsFile
from app.store.store import Store
from engine.errors import UserError
from engine.hub.trash import INCOMING, TRASH, files_below, remove_files


class LibraryFolder:
    """The library's folder; `default` applies as long as the settings name no other."""

    def __init__(self, default: Path, store: Store, settings: SettingsFile) -> None:
        self.default = default.absolute()
        self._store = store
        self._settings = settings

    @property
    def path(self) -> Path:
        """Its path. Never blocks."""
        chosen = self._settings.current.library_folder
        return Path(chosen).expanduser().absolute() if chosen else self.default

    def room(self) -> tuple[int, int]:
        """Free and total bytes of its disk.

        Both are 0 without the disk, such as an unplugged one: a chosen folder is never created on another
        disk.
        """
        return space(self.path, above=self.path == self.default)

    def made(self) -> Path:
        """The folder, created if it is the default.

        Raises UserError `library.folder_gone`, `library.not_writable`.
        """
        path = self.path
        try:
            if path == self.default:
                path.mkdir(parents=True, exist_ok=True)
            if not path.is_dir():
                raise UserError("library.folder_gone", folder=str(path))
            if not os.access(path, os.W_OK):
                raise PermissionError(13, "Permission denied")
        except OSError as error:
            detail = error.strerror or str(error)
            raise UserError("library.not_writable", folder=str(path), detail=detail) from error
        return path

    def disk(self) -> DiskUse:
        """Disk usage of its contents."""
        sizes = {
            file.path: file.bytes
            for model in self._store.models.all()
            if model.managed and model.trashed is None and model.state != "missing"
            for file in model.files
        }
        free, total = self.room()
        return DiskUse(
            folder=self.path,
            free=free,
            total=total,
            used=sum(sizes.values()),
            trash=self._bytes_of(TRASH),
            incoming=self._bytes_of(INCOMING),
            leftover=sum(self._bytes_of(f"{INCOMING}/{name}") for name in self._leftovers()),
        )

    def clear_leftovers(self) -> int:
        """Delete partial files of unknown downloads; returns the bytes freed."""
        return sum(remove_files(self.path / INCOMING / name) for name in self._leftovers())

    def _bytes_of(self, name: str) -> int:
        return sum(size for _, size in files_below(self.path / name))

    def _leftovers(self) -> list[str]:
        """Folders of partial files that no download knows."""
        known = {
            work_key(download)
            for download in self._store.downloads.all()
            if download.state not in ("done", "cancelled")
        }
        try:
            found = {path.name for path in (self.path / INCOMING).iterdir()}
        except OSError:
            return []
        return sorted(found - known)


def space(folder: Path, *, above: bool) -> tuple[int, int]:
    """Free and total bytes of the disk of a folder, `above`: also of one that is not there yet; both 0 for none."""
    for place in (folder, *folder.parents) if above else (folder,):
        with contextlib.suppress(OSError):
            use = shutil.disk_usage(place)
            return use.free, use.total
    return 0, 0
