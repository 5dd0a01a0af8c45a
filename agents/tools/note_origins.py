"""Which notes were kept by runs that strangers' text may have led; all others are the user's, or of own runs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from agents.workspace.folder import Folder

_FILE = ".strange.json"


class NoteOrigins:
    """The SHA-256 of such notes, kept beside all notes in `folder`; `notes` are those that are there now, by title.

    Where nothing is kept yet, as of an earlier version, all of them count as strange. One that a person has changed
    since is theirs.
    """

    def __init__(self, folder: Folder, notes: Mapping[str, bytes]) -> None:
        self._folder = folder
        self._there = frozenset(_digest(title, content) for title, content in notes.items())
        self._strange = self._read()

    def _read(self) -> frozenset[str]:
        try:
            with self._folder.read(_FILE) as file:
                return msgspec.json.decode(file.read(), type=frozenset[str])
        except (OSError, msgspec.DecodeError):
            return self._there

    def is_own(self, title: str, content: bytes) -> bool:
        return _digest(title, content) not in self._strange

    def note(self, title: str, content: bytes, *, strange: bool) -> None:
        """Say where a note comes from, before it is written. Raises OSError."""
        known = self._strange & self._there
        if strange:
            known |= {_digest(title, content)}
        self._folder.write(_FILE, msgspec.json.encode(sorted(known)))


def _digest(title: str, content: bytes) -> str:
    return hashlib.sha256(title.encode(errors="surrogateescape") + b"\0" + content).hexdigest()
