"""Downloads.

A download belongs to one process, its writer, from when it waits in that process's queue until it has ended
or is paused. Every change says what it expects to find, so that two processes cannot both have it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from app.store.database import Records, reads, writes
from app.store.models import LibraryModels
from app.store.records import Download, DownloadState, LibraryModel
from app.store.tables import DOWNLOAD

ENDED: tuple[DownloadState, ...] = ("done", "cancelled")
UNDER_WAY: tuple[DownloadState, ...] = ("queued", "running", "verifying")


class Downloads(Records[Download]):
    """`Store.downloads`."""

    record = Download
    table = DOWNLOAD

    @reads
    def all(self, connection: Connection) -> list[Download]:
        """All downloads, in the order of the queue."""
        return self.select(connection, self.selection.order_by(DOWNLOAD.c.position, DOWNLOAD.c.id))

    @writes
    def add(self, connection: Connection, download: Download) -> Download:
        """Append one to the queue, under a new id, replacing an ended one of the same model.

        One of the same model that has not ended is returned as it is, and nothing is added.
        """
        for other in self.all():
            if other.model == download.model:
                if other.state not in ENDED:
                    return other
                self.remove(other.id)
        last = connection.scalar(select(func.max(DOWNLOAD.c.position))) or 0.0
        added = self.find(self.insert(connection, download, id=0, position=last + 1.0))
        assert added is not None
        return added

    @writes
    def order(self, _: Connection, ids: Sequence[int]) -> None:
        """Set the order of the queue."""
        for position, id in enumerate(ids, start=1):
            self.change(id, position=float(position))

    @writes
    def finish(self, _: Connection, id: int, model: LibraryModel) -> Download | None:
        """Mark the download done and add its model to the library, both or neither."""
        LibraryModels(self.database).put(model)
        return self.change(id, state="done", writer="", rate=0.0, error=None, received=model.bytes)

    @writes
    def recover(self, _: Connection, state: DownloadState, writer: str = "") -> list[Download]:
        """Give downloads of dead processes this state and writer; returns them.

        Those that belong to this store or another living process are left alone.
        """
        left = [
            download.id
            for download in self.all()
            if download.state in UNDER_WAY and self.is_left(download.writer)
        ]
        changed = [self.change(id, state=state, writer=writer, rate=0.0) for id in left]
        return [download for download in changed if download is not None]
