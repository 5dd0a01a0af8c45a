"""Models of the library, including the trash."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select

from app.store.database import Records, reads, writes
from app.store.records import LibraryModel
from app.store.tables import MODEL


class LibraryModels(Records[LibraryModel]):
    """`Store.models`. Their files are not touched."""

    record = LibraryModel
    table = MODEL

    @reads
    def all(self, connection: Connection) -> list[LibraryModel]:
        """All models, oldest first."""
        return self.select(connection, self.selection.order_by(MODEL.c.added, MODEL.c.id))

    @writes
    def add(self, connection: Connection, model: LibraryModel) -> LibraryModel:
        """Add a model under its id, or numbered from 2 if taken; returns it as added."""
        taken = set(connection.scalars(select(MODEL.c.id)))
        id, number = model.id, 1
        while id in taken:
            number += 1
            id = f"{model.id}-{number}"
        added = msgspec.structs.replace(model, id=id)
        self.insert(connection, added)
        return added
