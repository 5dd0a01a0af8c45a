"""Files of the collections as the last scan saw them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from app.store.database import Part, reads, writes
from app.store.documents.records import Counts, Failure, SeenFile, Source, WaitingFile

KEPT_S = 7 * 86_400.0
_SEEN = """
INSERT INTO place (collection, source, path, size, mtime_ns, inode, state, code, scan)
VALUES (?, ?, ?, ?, ?, ?, iif(? = '', 'waiting', 'skipped'), ?, ?)
ON CONFLICT (collection, path) DO UPDATE SET
    size = excluded.size, mtime_ns = excluded.mtime_ns, inode = excluded.inode, state = excluded.state,
    code = excluded.code, gone_since = NULL, scan = excluded.scan, source = excluded.source,
    document = iif(excluded.state = 'skipped', NULL, place.document)
"""
_SAME = """
UPDATE place SET scan = ?, source = ?, state = iif(state = 'gone', iif(document IS NULL, 'waiting', 'read'), state)
WHERE collection = ? AND path = ? AND size = ? AND mtime_ns = ? AND inode = ?
"""
_COUNTS = """
SELECT
    sum(p.state NOT IN ('skipped', 'gone')),
    sum(p.state = 'read' AND d.state = 'words'),
    sum(p.state = 'read' AND d.state = 'words' AND ? > 0 AND d.meaning = ?),
    sum(p.state = 'waiting'),
    sum(p.state = 'failed' OR (p.state = 'read' AND d.state <> 'words')),
    sum(p.state = 'skipped'),
    sum(p.state = 'gone'),
    sum(p.state = 'read' AND d.state = 'words' AND d.code <> '')
FROM place p LEFT JOIN document d ON d.id = p.document WHERE p.collection = ?
"""
_FAILURES = """
SELECT p.path, iif(p.state = 'failed', p.code, d.code)
FROM place p LEFT JOIN document d ON d.id = p.document
WHERE p.collection = ? AND (p.state = 'failed' OR (p.state = 'read' AND d.state <> 'words')) ORDER BY p.path LIMIT ?
"""


class Places(Part):
    """`DocumentStore.places`."""

    @writes
    def begin_scan(self, connection: Connection, source: Source) -> int:
        """The number of a new scan of a source."""
        connection.exec_driver_sql("UPDATE source SET scan = scan + 1, gone = 0 WHERE id = ?", (source.id,))
        number = connection.exec_driver_sql("SELECT scan FROM source WHERE id = ?", (source.id,)).scalar()
        return int(number or 0)

    @writes
    def see(self, connection: Connection, source: Source, scan: int, files: Sequence[SeenFile]) -> int:
        """Note files of a scan: those that are new or changed wait to be read. Returns how many do."""
        waiting = 0
        for file in files:
            stat = (file.size, file.mtime_ns, file.inode)
            same = (scan, source.id, source.collection, file.path, *stat)
            if connection.exec_driver_sql(_SAME, same).rowcount:
                continue
            new = (source.collection, source.id, file.path, *stat, file.skip, file.skip, scan)
            connection.exec_driver_sql(_SEEN, new)
            waiting += not file.skip
        return waiting

    @writes
    def end_scan(
        self, connection: Connection, source: Source, scan: int, unread: Sequence[bytes] = ()
    ) -> None:
        """Files that this scan has not seen are gone, but those in folders that it could not read.
        What they held is kept for a week, so that nothing is read again when they come back."""
        now = self.database.clock()
        missed = "UPDATE place SET state = 'gone', gone_since = ? WHERE source = ? AND scan < ? AND state <> 'gone'"
        kept = " AND substr(path, 1, ?) <> ?" * len(unread)
        values = [value for folder in unread for value in (len(folder), folder)]
        connection.exec_driver_sql(missed + kept, (now, source.id, scan, *values))
        forgotten = "DELETE FROM place WHERE source = ? AND state = 'gone' AND gone_since < ?"
        connection.exec_driver_sql(forgotten, (source.id, now - KEPT_S))

    @writes
    def lose(self, connection: Connection, source: Source) -> None:
        """A source is not there; what is known of it stays."""
        connection.exec_driver_sql("UPDATE source SET gone = 1 WHERE id = ?", (source.id,))

    @reads
    def waiting(self, connection: Connection, limit: int) -> list[WaitingFile]:
        """Files to be read, the newest first."""
        rows = connection.exec_driver_sql(
            "SELECT id, path, size, mtime_ns FROM place WHERE state = 'waiting' ORDER BY mtime_ns DESC LIMIT ?",
            (limit,),
        )
        return [WaitingFile(*row) for row in rows]

    @writes
    def end(self, connection: Connection, place: int, state: str, code: str) -> None:
        """A waiting file was not read: it "failed", is "skipped" or "gone", and why."""
        connection.exec_driver_sql(
            "UPDATE place SET state = ?, code = ?, gone_since = iif(? = 'gone', ?, NULL),"
            " document = iif(? = 'gone', document, NULL) WHERE id = ?",
            (state, code, state, self.database.clock(), state, place),
        )

    @reads
    def counts(self, connection: Connection, collection: int, model: int = 0) -> Counts:
        """`model`: the embedding model whose vectors count as meaning, 0 for none."""
        row = connection.exec_driver_sql(_COUNTS, (model, model, collection)).one()
        return Counts(*(count or 0 for count in row))

    @reads
    def failures(self, connection: Connection, collection: int, limit: int = -1) -> list[Failure]:
        return [Failure(*row) for row in connection.exec_driver_sql(_FAILURES, (collection, limit))]

    @reads
    def skipped(self, connection: Connection, collection: int) -> dict[str, int]:
        """How many files are skipped, by why."""
        rows = connection.exec_driver_sql(
            "SELECT code, count(*) FROM place WHERE collection = ? AND state = 'skipped' GROUP BY code",
            (collection,),
        )
        return {str(code): int(count) for code, count in rows}

    @reads
    def count(self, connection: Connection, source: int) -> int:
        """How many files of a source are known."""
        statement = "SELECT count(*) FROM place WHERE source = ? AND state <> 'gone'"
        return int(connection.exec_driver_sql(statement, (source,)).scalar() or 0)
