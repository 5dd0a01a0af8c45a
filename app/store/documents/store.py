"""The open index of collections and its parts."""

from __future__ import annotations

from pathlib import Path

from app.store.database import Database
from app.store.documents.collections import CollectionTable
from app.store.documents.contents import ReadContents
from app.store.documents.meanings import Meanings
from app.store.documents.opening import open_database, set_aside
from app.store.documents.places import Places
from app.store.documents.words import Words


class DocumentStore:
    """Methods of its parts may be called from any thread, and another process may use the file at the same time.
    They raise UserError `store.*` as those of `Store` do."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.collections = CollectionTable(database)
        self.places = Places(database)
        self.contents = ReadContents(database)
        self.words = Words(database)
        self.meanings = Meanings(database)

    @classmethod
    def open(cls, folder: Path) -> tuple[DocumentStore, bool]:
        """Open the index of a data folder, creating it; True: it was damaged, and is empty now."""
        database, is_new = open_database(folder)
        return cls(database), is_new

    def set_aside(self) -> None:
        """Close it, and set its file aside: it is damaged."""
        self.close()
        set_aside(self.database.place)

    def close(self) -> None:
        """Wait for pending writes and close the file. Later calls raise RuntimeError."""
        self.database.close()
