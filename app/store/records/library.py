"""Models on the disk, and their downloads."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.errors import ErrorInfo

# Where a model came from: downloaded from the hub, or imported in place: a file or folder of the user's, or
# the store of another program.
ModelOrigin = Literal["hub", "file", "hf_cache", "lm_studio", "ollama"]
# missing: a file is not at its path. damaged: verification found other bytes than were downloaded.
LibraryState = Literal["ready", "missing", "damaged"]
# running and verifying: in progress in the process `Download.writer`. failed: `error` says why; all states but done
# and cancelled can be resumed.
DownloadState = Literal["queued", "running", "paused", "verifying", "done", "failed", "cancelled"]


class LibraryFile(msgspec.Struct, frozen=True):
    """One file of a model. `sha256` is "" until it was computed. `origin_path` is its path in the repository. A
    projector is what lets the model see or hear, as `sees` and `hears` say."""

    path: str
    bytes: int
    sha256: str = ""
    origin_path: str = ""
    sees: bool = False
    hears: bool = False

    @property
    def is_projector(self) -> bool:
        return self.sees or self.hears


class LibraryModel(msgspec.Struct, frozen=True):
    """One model on disk. `id` is what commands take: "OWNER/REPO:QUANT" for one of the hub, else the name of its
    file, numbered where taken. Paths are absolute; a projector comes last of `files`. `managed`: its files lie in the
    library's folder and are Coterie's to delete, but for a projector that came from elsewhere; others stay where they
    are. Times are 0 where it never happened.
    """

    id: str
    name: str
    files: tuple[LibraryFile, ...]
    origin: ModelOrigin
    added: float
    state: LibraryState = "ready"
    managed: bool = False
    repo: str = ""
    commit: str = ""
    variant: str = ""
    architecture: str = ""
    quantisation: str = ""
    parameters: int = 0
    active_parameters: int = 0
    experts: int = 0
    experts_used: int = 0
    used: float = 0.0
    verified: float = 0.0
    trashed: float | None = None

    @property
    def path(self) -> str:
        """The path to load: the first file."""
        return self.files[0].path

    @property
    def weights(self) -> tuple[LibraryFile, ...]:
        """The files without which there is no model."""
        return tuple(file for file in self.files if not file.is_projector)

    @property
    def owned(self) -> tuple[LibraryFile, ...]:
        """The files that are Coterie's to move and delete."""
        return tuple(
            file for file in self.files if self.managed and (not file.is_projector or file.origin_path)
        )

    @property
    def projector(self) -> LibraryFile | None:
        return next((file for file in self.files if file.is_projector), None)

    @property
    def sees(self) -> bool:
        return any(file.sees for file in self.files)

    @property
    def hears(self) -> bool:
        return any(file.hears for file in self.files)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


class DownloadFile(msgspec.Struct, frozen=True):
    """A file of a download, as the hub described it when it was added."""

    path: str
    bytes: int
    sha256: str = ""


class Download(msgspec.Struct, frozen=True):
    """A download of one variant of a repository into the library.

    `position` orders the queue. `received` and `rate` (bytes per second) are of the last report; `writer`
    names the process that fetches, "" when none does.
    """

    id: int
    model: str
    repo: str
    commit: str
    variant: str
    files: tuple[DownloadFile, ...]
    state: DownloadState
    position: float
    created: float
    received: int = 0
    rate: float = 0.0
    error: ErrorInfo | None = None
    writer: str = ""

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)
