"""Scans in collections: they wait for a model that sees, whose texts of their pages become passages."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from agents.tools.documents.passages import passages
from agents.tools.documents.reading import MOST_BYTES
from app.services.settings.file_lock import locked
from app.store.documents.records import NewPassage, Scan
from app.store.documents.store import DocumentStore
from engine.errors import UserError

# Gives the texts on the pages of a PDF with this hash and content, and who read each; None where nobody can now.
See = Callable[[str, bytes, Callable[[], bool]], Mapping[int, tuple[str, str]] | None]
# Scans that are looked at together, and seconds to wait for another process that writes.
_MOST, _PATIENCE_S = 1000, 30.0


class WaitingScans:
    """Documents of an index, opened by `store`, whose pages are pictures; `lock` is held by who writes it, and `see`
    reads them."""

    def __init__(
        self,
        lock: Path,
        store: Callable[[], AbstractContextManager[DocumentStore]],
        closed: Callable[[], bool],
        changed: Callable[[], None],
    ) -> None:
        self._lock, self._store, self._closed, self._changed = lock, store, closed, changed
        self.see: See = lambda sha256, content, stopped: None
        # What could not be read, by hashes, until the next start.
        self._given_up: set[str] = set()

    def has(self, sha256: str) -> bool:
        """Whether the document with this hash waits."""
        with self._store() as store:
            return any(scan.sha256 == sha256 for scan in store.contents.scans(_MOST))

    def read(self, stopped: Callable[[], bool] = lambda: False) -> bool:
        """Have the next one read; it may take long, and other processes index meanwhile. False where there is none,
        nobody can read it now, or it was stopped.

        Raises UserError as the model fails; that one is not tried again.
        """

        def ended() -> bool:
            return self._closed() or stopped()

        with self._store() as store:
            waiting = store.contents.scans(_MOST)
        scan = next((each for each in waiting if each.sha256 not in self._given_up), None)
        if scan is None:
            return False
        content = _content(scan)
        if content is None:  # changed or gone since: the next round looks at its file
            self._given_up.add(scan.sha256)
            return True
        try:
            pages = self.see(scan.sha256, content, ended)
        except UserError:
            self._given_up.add(scan.sha256)
            raise
        if pages is None or ended():
            return False
        with suppress(TimeoutError), locked(self._lock, _PATIENCE_S), self._store() as store:
            store.contents.fill(scan, _passages(scan, pages))
        self._changed()
        return True


def _content(scan: Scan) -> bytes | None:
    """What its file holds, None where that is another content by now."""
    path = Path(os.fsdecode(scan.path))
    try:
        content = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b""
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == scan.sha256 else None


def _passages(scan: Scan, pages: Mapping[int, tuple[str, str]]) -> list[NewPassage]:
    """The passages on pages, each a text and the model that read it, which stands above them as their heading."""
    return [
        NewPassage(number, piece.label, piece.first, piece.last, f"read by {model}", piece.text)
        for number, (text, model) in sorted(pages.items())
        for piece in passages(scan.name, f"page {number}", text, "pdf")
    ]
