"""What models read on pages of scans, kept by the hash of the document: no page is read twice.

Beside the contents of the store, and gone with them; what belongs to temporary chats is in memory alone.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from engine.durable_files import write_whole

FOLDER = "scans"
_YOUNG = 3600.0  # seconds


class PageText(msgspec.Struct, frozen=True):
    """The text of a page, "" for a page without any, as the model called `model` read it."""

    text: str
    model: str


_PAGES: msgspec.json.Decoder[dict[int, PageText]] = msgspec.json.Decoder(dict[int, PageText])


class ScanTexts:
    """Thread-safe."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER
        self._lock = threading.Lock()
        self._in_memory: dict[str, dict[int, PageText]] = {}

    def of(self, document: str) -> dict[int, PageText]:
        """The pages of a document, by its SHA-256, that were read."""
        with self._lock:
            return self._kept(document) | self._in_memory.get(document, {})

    def keep(self, document: str, page: int, text: PageText, *, temporary: bool) -> None:
        """Keep a page that was read; what cannot be written is in memory until the end."""
        with self._lock:
            if not temporary:
                with contextlib.suppress(OSError):
                    pages = self._kept(document) | {page: text}
                    write_whole(self._path(document), msgspec.json.encode(pages), synced=False)
                    return
            self._in_memory.setdefault(document, {})[page] = text

    def sweep(self, is_kept: Callable[[str], bool]) -> None:
        """Remove the texts of documents that are not kept any more."""
        with contextlib.suppress(FileNotFoundError):
            for path in list(self._folder.iterdir()):
                with contextlib.suppress(OSError):
                    if not is_kept(path.stem) and path.stat().st_mtime < time.time() - _YOUNG:
                        path.unlink()

    def _path(self, document: str) -> Path:
        return self._folder / f"{document}.json"

    def _kept(self, document: str) -> dict[int, PageText]:
        try:
            return _PAGES.decode(self._path(document).read_bytes())
        except (OSError, msgspec.MsgspecError):
            return {}
