"""Downloads. Each function works inside the caller's transaction.

A download belongs to one process, its writer, from when it waits in that process's queue until it has ended
or is paused. Every change says what it expects to find, so that two processes cannot both have it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from app.store import models, writers
from app.store.records import Download, DownloadState, LibraryModel
from app.store.tables import DownloadRow

_COLUMNS = [getattr(DownloadRow, name) for name in Download.__struct_fields__]
ENDED: tuple[DownloadState, ...] = ("done", "cancelled")
UNDER_WAY: tuple[DownloadState, ...] = ("queued", "running", "verifying")


def every(connection: Connection) -> list[Download]:
    """All downloads, in the order of the queue."""
    statement = select(*_COLUMNS).order_by(DownloadRow.position, DownloadRow.id)
    return [Download(*row) for row in connection.execute(statement)]


def find(connection: Connection, id: int) -> Download | None:
    row = connection.execute(select(*_COLUMNS).where(DownloadRow.id == id)).first()
    return None if row is None else Download(*row)


def add(connection: Connection, download: Download) -> Download:
    """Append one to the queue, under a new id, replacing an ended one of the same model.

    One of the same model that has not ended is returned as it is, and nothing is added.
    """
    for other in every(connection):
        if other.model == download.model:
            if other.state not in ENDED:
                return other
            remove(connection, other.id)
    last = connection.scalar(select(func.max(DownloadRow.position))) or 0.0
    values = {name: getattr(download, name) for name in Download.__struct_fields__ if name != "id"}
    values["position"] = last + 1.0
    result = connection.execute(insert(DownloadRow).values(**values))
    assert result.inserted_primary_key is not None
    added = find(connection, result.inserted_primary_key[0])
    assert added is not None
    return added


def change(
    connection: Connection,
    id: int,
    states: Collection[DownloadState] | None,
    writers: Collection[str] | None,
    /,
    **fields: Any,
) -> Download | None:
    """Set fields of one that is in one of `states` and has one of `writers` (None: any).

    Returns None, with nothing changed, if it is not or is gone.
    """
    statement = update(DownloadRow).where(DownloadRow.id == id)
    if states is not None:
        statement = statement.where(DownloadRow.state.in_(states))
    if writers is not None:
        statement = statement.where(DownloadRow.writer.in_(writers))
    if connection.execute(statement.values(**fields)).rowcount == 0:
        return None
    return find(connection, id)


def order(connection: Connection, ids: Sequence[int]) -> None:
    """Set the order of the queue."""
    for position, id in enumerate(ids, start=1):
        connection.execute(update(DownloadRow).where(DownloadRow.id == id).values(position=float(position)))


def finish(connection: Connection, id: int, model: LibraryModel) -> Download | None:
    """Mark the download done and add its model to the library, both or neither."""
    models.put(connection, [model])
    return change(
        connection, id, None, None, state="done", writer="", rate=0.0, error=None, received=model.bytes
    )


def recover(connection: Connection, own: str, state: DownloadState, writer: str) -> list[Download]:
    """Give downloads of dead writers to `writer` in `state`. `own` is the writer of this store."""
    left = [
        download
        for download in every(connection)
        if download.state in UNDER_WAY
        and download.writer != own
        and not (download.writer and writers.is_alive(download.writer))
    ]
    changed = [
        change(connection, download.id, None, None, state=state, writer=writer, rate=0.0) for download in left
    ]
    return [download for download in changed if download is not None]


def remove(connection: Connection, id: int) -> None:
    connection.execute(delete(DownloadRow).where(DownloadRow.id == id))
