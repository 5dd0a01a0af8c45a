"""Cache of the extracted text of documents, by content."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

import msgspec

from agents.tools.documents.reading import Part
from agents.workspace.folder import Folder

_MOST_KEPT = 500
_PARTS: msgspec.json.Decoder[list[Part]] = msgspec.json.Decoder(list[Part])


class KeptParts:
    """A folder of parts, named by the hash of the file's bytes. An unreadable entry counts as missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, content: bytes) -> list[Part] | None:
        try:
            return _PARTS.decode((self._folder / _name(content)).read_bytes())
        except (OSError, msgspec.DecodeError):
            return None

    def put(self, content: bytes, parts: list[Part]) -> None:
        with contextlib.suppress(OSError):  # a full disk only costs reading again
            self._folder.mkdir(parents=True, exist_ok=True)
            with Folder.root(self._folder) as folder:
                folder.write(_name(content), msgspec.json.encode(parts))
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        files = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in files[_MOST_KEPT:]:
            path.unlink(missing_ok=True)


def _name(content: bytes) -> str:
    return f"{hashlib.sha256(content).hexdigest()}.json"
