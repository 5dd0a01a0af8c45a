"""Compaction points of branches.

A message has one way up to the root, so a compaction point holds for every branch that goes through its first
message, and for no other: an edit of what it covers begins a branch without that message, and with it without
the point.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from app.store.database import Records, reads, writes
from app.store.errors import no_message
from app.store.records import CompactionPoint
from app.store.tables import CUT, MESSAGE


class CompactionPoints(Records[CompactionPoint]):
    """`Store.compaction_points`."""

    record = CompactionPoint
    table = CUT

    @writes
    def add(self, connection: Connection, cut: CompactionPoint) -> CompactionPoint:
        """Add an active compaction point; its id and time are assigned here.

        Raises UserError `store.no_message` for a first message that is not in its conversation.
        """
        home = select(MESSAGE.c.conversation).where(MESSAGE.c.id == cut.first)
        if connection.scalar(home) != cut.conversation:
            raise no_message(cut.first)
        return self.get(self.insert(connection, cut, id=0, created=self.database.clock(), active=True))

    @writes
    def replace(self, _: Connection, old: int, cut: CompactionPoint) -> CompactionPoint:
        """Add a compaction point that replaces another, which stays, inactive."""
        made = self.add(cut)
        self.set_active(old, False)
        return made

    @writes
    def set_active(self, _: Connection, id: int, active: bool) -> CompactionPoint:
        """Set whether a compaction point is active."""
        self.change(id, active=active)
        return self.get(id)

    def get(self, id: int) -> CompactionPoint:
        """Raises UserError `store.no_message` for one deleted with its conversation."""
        found = self.find(id)
        if found is None:
            raise no_message(id)
        return found

    @reads
    def active(self, connection: Connection, conversation: int) -> list[CompactionPoint]:
        """Active compaction points, the newest first: on a branch the newest whose first message is in it
        applies.
        """
        counts = (CUT.c.conversation == conversation) & CUT.c.active.is_(True)
        return self.select(connection, self.selection.where(counts).order_by(CUT.c.id.desc()))
