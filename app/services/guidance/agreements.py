"""What a person agreed to, by digest: one file for each place, which survives the place.

A place is an absolute path. Another content at the same place, and the same content at another place, is something
that nobody agreed to.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import msgspec

from engine.durable_files import write_whole
from engine.errors import UserError


class Agreement(msgspec.Struct, frozen=True):
    """`digest` is that of what was agreed to, `text` what was shown then; `agreed` in seconds since 1970."""

    place: str
    digest: str
    text: str
    agreed: float


class Agreements:
    """In `folder`, which need not exist. All methods read or write the disk; any thread, any process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, place: str) -> Agreement | None:
        """The one for a place; None for a damaged one too: it asks again."""
        found = _read(self._path(place))
        return found if found is not None and found.place == place else None

    def all(self) -> tuple[Agreement, ...]:
        """Those that can be read, the latest first."""
        read = ((file, _read(file)) for file in self._folder.glob("*.json"))
        found = [each for file, each in read if each is not None and file == self._path(each.place)]
        return tuple(sorted(found, key=lambda each: -each.agreed))

    def put(self, place: str, digest: str, text: str) -> None:
        """Raises UserError `guidance.not_saved`."""
        agreement = Agreement(place, digest, text, time.time())
        try:
            write_whole(self._path(place), msgspec.json.encode(agreement))
        except (OSError, UnicodeEncodeError) as error:
            detail = getattr(error, "strerror", None) or ""
            raise UserError("guidance.not_saved", folder=str(self._folder), detail=detail) from error

    def remove(self, place: str) -> None:
        """Nothing where there is none. Raises UserError `guidance.not_saved`."""
        try:
            self._path(place).unlink(missing_ok=True)
        except OSError as error:
            raise UserError(
                "guidance.not_saved", folder=str(self._folder), detail=error.strerror or ""
            ) from error

    def _path(self, place: str) -> Path:
        return self._folder / f"{hashlib.sha256(place.encode(errors='surrogateescape')).hexdigest()}.json"


def _read(file: Path) -> Agreement | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Agreement)
    except (OSError, msgspec.DecodeError):
        return None
