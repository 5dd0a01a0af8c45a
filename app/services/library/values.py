"""Values of the library and the downloads besides the store's own. Sizes are bytes."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.store.records import LibraryModel, ModelOrigin


class Found(msgspec.Struct, frozen=True):
    """A model in the store of another program, or in a folder.

    `path` is its first file. `sha256` is of that file where the names in that store give it, else "".
    `known`: it is in the library already.
    """

    name: str
    path: str
    bytes: int
    origin: ModelOrigin
    repo: str = ""
    sha256: str = ""
    known: bool = False


class LookedAt(msgspec.Struct, frozen=True):
    """The entry that a model file has in the library, or, where it is not `known` there, would have."""

    model: LibraryModel
    known: bool


class Removed(msgspec.Struct, frozen=True):
    """The result of removing a model.

    `reclaimed` bytes will be free once the trash is emptied; 0 for a model that was only forgotten, because
    its files are not Coterie's.
    """

    model: LibraryModel
    reclaimed: int


class DiskUse(msgspec.Struct, frozen=True):
    """Disk usage of the library's folder.

    `used` by its models, `trash` by removed ones, `incoming` by what downloads have so far; of that,
    `leftover` belongs to no download that is known and can be cleared. Where the disk is not there, `total`
    and `free` are 0.
    """

    folder: Path
    free: int
    total: int
    used: int
    trash: int
    incoming: int
    leftover: int = 0
