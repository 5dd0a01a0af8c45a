"""Brings the index up to date: scans the sources, reads what is new, and removes what nobody holds any more.

Each file is a transaction of its own: whenever the process ends, at most the file at hand is read again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from app.services.collections.reading import SKIPS, Reader, Unread
from app.services.collections.scanning import scan
from app.store.documents.records import Source, WaitingFile
from app.store.documents.store import DocumentStore
from engine.thread_priority import give_way

log = logging.getLogger(__name__)
_AT_ONCE = 100  # files looked up together


class Indexer:
    """`stopped` is asked all the time; `wait_turn` before each file, and blocks while something else comes first."""

    def __init__(
        self, store: DocumentStore, stopped: Callable[[], bool], wait_turn: Callable[[], None] = lambda: None
    ) -> None:
        self._store, self._stopped, self._wait_turn = store, stopped, wait_turn

    def scan(self, sources: Iterable[Source]) -> None:
        for source in sources:
            if not self._stopped():
                scan(self._store, source, self._stopped)

    def read(self, on_progress: Callable[[int], None] = lambda done: None) -> int:
        """Read the files that wait, the newest first; the number of those that were parsed. `on_progress` gets how
        many are done. Raises UserError `store.*` and `collections.no_process`."""
        give_way()
        reader = Reader(self._stopped)
        done = parsed = 0
        try:
            while files := self._store.places.waiting(_AT_ONCE):
                for file in files:
                    self._wait_turn()
                    if self._stopped():
                        return parsed
                    parsed += self._read(reader, file)
                    done += 1
                    on_progress(done)
        finally:
            reader.close()
        return parsed

    def sweep(self) -> list[int]:
        """Remove what no file holds; the ids of those passages."""
        gone: list[int] = []
        while not self._stopped() and (some := self._store.contents.sweep()) is not None:
            gone += some
        return gone

    def _read(self, reader: Reader, file: WaitingFile) -> bool:
        """Whether the file was parsed: no other one has its content."""
        try:
            sha256, content = reader.content(file)
            if self._store.contents.link(file.id, sha256):
                return False
            self._store.contents.put(file.id, reader.document(file, sha256, content))
        except Unread as unread:
            if unread.code != "stopped":
                state = "skipped" if unread.code in SKIPS else "gone" if unread.code == "gone" else "failed"
                self._store.places.end(file.id, state, unread.code)
            return False
        return True
