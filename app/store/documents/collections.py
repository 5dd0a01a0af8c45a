"""Collections and their sources."""

from __future__ import annotations

import os

from sqlalchemy import Connection

from app.store.database import Part, reads, writes
from app.store.documents.records import Collection, Source

_SEPARATOR = os.fsencode(os.sep)


class CollectionTable(Part):
    """`DocumentStore.collections`."""

    @reads
    def all(self, connection: Connection) -> list[Collection]:
        rows = connection.exec_driver_sql("SELECT id, name FROM collection ORDER BY name COLLATE NOCASE")
        return [Collection(*row) for row in rows]

    def named(self, name: str) -> Collection | None:
        """The collection with this name, whatever its case; None for none."""
        return next((each for each in self.all() if each.name.casefold() == name.casefold()), None)

    @reads
    def sources(self, connection: Connection, collection: int | None = None) -> list[Source]:
        """Those of one collection, or all."""
        rows = connection.exec_driver_sql(
            "SELECT id, collection, path, gone FROM source WHERE ? IS NULL OR collection = ? ORDER BY path",
            (collection, collection),
        )
        return [Source(id, of, path, bool(gone)) for id, of, path, gone in rows]

    @writes
    def add(self, connection: Connection, name: str, paths: list[bytes]) -> Collection:
        """Add sources to a collection, which is made where there is none. A source within another one belongs to
        that from now on."""
        found = self.named(name)
        if found is None:
            made = connection.exec_driver_sql("INSERT INTO collection (name) VALUES (?)", (name,))
            found = Collection(int(made.lastrowid), name)
        for path in paths:
            held = self.sources(found.id)
            if any(is_within(path, each.path) for each in held):
                continue
            source = connection.exec_driver_sql(
                "INSERT INTO source (collection, path) VALUES (?, ?)", (found.id, path)
            ).lastrowid
            for inner in held:
                if is_within(inner.path, path):
                    moved = "UPDATE place SET source = ? WHERE source = ?"
                    connection.exec_driver_sql(moved, (source, inner.id))
                    connection.exec_driver_sql("DELETE FROM source WHERE id = ?", (inner.id,))
        return found

    @writes
    def rename(self, connection: Connection, collection: int, name: str) -> Collection:
        connection.exec_driver_sql("UPDATE collection SET name = ? WHERE id = ?", (name, collection))
        return Collection(collection, name)

    @writes
    def remove_source(self, connection: Connection, source: int) -> None:
        """Remove a source and its places; what they held stays until `sweep`."""
        connection.exec_driver_sql("DELETE FROM place WHERE source = ?", (source,))
        connection.exec_driver_sql("DELETE FROM source WHERE id = ?", (source,))

    @writes
    def remove(self, connection: Connection, collection: int) -> None:
        """Remove a collection with its sources and places; what they held stays until `sweep`."""
        for table in ("place", "source"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE collection = ?", (collection,))
        connection.exec_driver_sql("DELETE FROM collection WHERE id = ?", (collection,))


def is_within(path: bytes, folder: bytes) -> bool:
    """Whether a path is that folder, or something in it."""
    return path == folder or path.startswith(folder.rstrip(_SEPARATOR) + _SEPARATOR)
