"""Sentences that chats are given, and those that a model proposed."""

from __future__ import annotations

from sqlalchemy import Connection, or_

from app.store.database import Records, reads, writes
from app.store.records import Memory
from app.store.tables import MEMORY


class Memories(Records[Memory]):
    """`Store.memories`."""

    record = Memory
    table = MEMORY

    @reads
    def all(self, connection: Connection) -> list[Memory]:
        """All memories, proposed ones included, oldest first."""
        return self.select(connection, self.selection.order_by(MEMORY.c.id))

    @reads
    def given(self, connection: Connection, project: int | None) -> list[Memory]:
        """What a new chat is given: kept memories without a project, and those of its own."""
        of_it = or_(MEMORY.c.project.is_(None), MEMORY.c.project == project)
        return self.select(connection, self.selection.where(MEMORY.c.kept, of_it).order_by(MEMORY.c.id))

    @writes
    def add(
        self,
        connection: Connection,
        text: str,
        *,
        kept: bool,
        project: int | None = None,
        conversation: int | None = None,
    ) -> Memory:
        """Add a memory, kept or proposed."""
        memory = Memory(0, text, self.database.clock(), kept, project, conversation)
        added = self.find(self.insert(connection, memory))
        assert added is not None
        return added
