"""One file of a transfer: data on disk, state, and how to fetch it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from io import FileIO
from pathlib import Path

from engine.errors import UserError
from engine.hub.transfer.journal import Header, Journal
from engine.hub.transfer.link import Link
from engine.hub.transfer.part_map import PartMap
from engine.hub.transfer.values import Wanted


class FileJob:
    """A file that is being fetched into `data`; when it is whole and right it becomes `whole`.

    `expected` are the hashes that its parts must have, where they are known. What is shared between streams
    (`sequential`, `busy`, `refusals`, `ignored`, `mistaken`) changes under the lock of the run.
    """

    def __init__(
        self, wanted: Wanted, link: Link, data: Path, whole: Path, expected: Sequence[bytes] | None = None
    ) -> None:
        self.wanted, self.link, self.data, self.whole = wanted, link, data, whole
        self.expected = expected
        self.sequential = False  # no ranges: one stream reads the whole from its start
        self.busy = False  # and one does
        self.refusals = 0  # in a row
        self.ignored = 0  # ranges, in a row
        self.furthest = 0  # how far reading the whole has ever come
        self.mistaken: set[int] = set()  # parts that came once and were not as expected
        self.fetched_twice = False
        self.sealed = False
        self.placed = False  # at its destination
        self.sha256 = ""
        self.hashed = 0

    def resume(self, header: Header) -> None:
        """Resume from disk if it is about the same file, else begin. Raises OSError.

        Parts that an earlier run wrote count as here until reading them says otherwise.
        """
        journal = Journal.resume(self._journal_path)
        if journal is not None:
            same = Header(header.bytes, header.sha256, header.etag, journal.header.part_bytes)
            if journal.header == same and self.data.exists():
                self._use(journal)
                size = self.data.stat().st_size
                for index in journal.hashes:
                    if self.map.span(index)[1] <= size:
                        self.map.set_done(index)
                return
            journal.close()
        self.begin(header)

    def begin(self, header: Header) -> None:
        """Begin without any data. Raises OSError."""
        # The journal goes first: without it the bytes mean nothing.
        journal = Journal.begin(self._journal_path, header)
        self._use(journal)
        self.data.write_bytes(b"")

    def start_again(self) -> None:
        """Discard every byte; no stream may be fetching the file. Raises OSError."""
        header = self.journal.header
        self.journal.close()
        self.begin(header)
        self.hashed = self.furthest = 0

    def _use(self, journal: Journal) -> None:
        self.journal = journal
        self.map = PartMap(journal.header.bytes, journal.header.part_bytes)

    @property
    def _journal_path(self) -> Path:
        return self.data.with_suffix(".journal")

    def check_present(self) -> None:
        """Raises UserError `download.gone` when the file has been removed: writing to it would go on, to
        nowhere."""
        if not self.data.exists() and not self.whole.exists():
            raise UserError("download.gone", folder=str(self.data.parent))

    def flush(self) -> None:
        """Returns when all that was written is on the disk, which may take a while. Raises OSError."""
        with FileIO(self.data, "r+") as file:
            os.fsync(file.fileno())

    def seal(self) -> None:
        """Give the verified and flushed file its name. Raises OSError."""
        self.whole.parent.mkdir(parents=True, exist_ok=True)
        self.data.replace(self.whole)
        self.sealed = True

    def take_placed(self, destination: Path) -> None:
        """Accept the right file at its destination."""
        self.whole, self.sealed, self.placed = destination, True, True
        self.sha256 = self.wanted.sha256

    def close(self) -> None:
        self.journal.close()
