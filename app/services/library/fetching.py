"""Interface of downloads to the transfer, and the location of partial files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from app.store.records import Download, LibraryFile, LibraryModel
from engine.errors import ErrorInfo
from engine.hub.trash import INCOMING

if TYPE_CHECKING:
    from engine.hub.transfer import BadPart, Progress, StopToken


class Fetched(msgspec.Struct, frozen=True):
    """Downloaded files, in place, with `notices` about them."""

    files: tuple[LibraryFile, ...]
    notices: tuple[ErrorInfo, ...] = ()


class Fetching(Protocol):
    """Methods block, and raise UserError with the reason."""

    def fetch(
        self,
        download: Download,
        folder: Path,
        progress: Callable[[Progress], None],
        stop: StopToken,
        *,
        replace: bool = False,
    ) -> Fetched:
        """Download all files into the library at `folder`, resuming; `replace` overwrites existing files.

        Raises Stopped when `stop` says so.
        """
        ...

    def discard(self, download: Download, folder: Path) -> None:
        """Delete the data of a download that does not run."""
        ...

    def repair(
        self,
        model: LibraryModel,
        bad: Sequence[BadPart],
        progress: Callable[[Progress], None],
        stop: StopToken,
    ) -> None:
        """Download bad parts of a model's files again. Raises Stopped when `stop` says so."""
        ...


def work_key(download: Download) -> str:
    """The folder name for a download's partial files.

    It depends only on the files: the same files are resumed, whoever asks for them and whenever; others,
    after a change on the hub, are not.
    """
    text = "\n".join(
        [download.repo, *(f"{file.path}\t{file.bytes}\t{file.sha256}" for file in download.files)]
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def work_folder(download: Download, folder: Path) -> Path:
    """The folder for a download's partial files in the library at `folder`."""
    return folder / INCOMING / work_key(download)
