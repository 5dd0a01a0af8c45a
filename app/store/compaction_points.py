"""Compaction points of branches. Functions work inside the caller's transaction.

A message has one way up to the root, so a compaction point holds for every branch that goes through its first
message, and for no other: an edit of what it covers begins a branch without that message, and with it without
the point.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from app.store.errors import no_message
from app.store.records import CompactionPoint
from app.store.tables import CutRow, MessageRow


def add(connection: Connection, cut: CompactionPoint, now: float) -> CompactionPoint:
    """Add an active compaction point; its id and time are assigned here.

    Raises UserError `store.no_message` for a first message that is not in its conversation.
    """
    home = connection.scalar(select(MessageRow.conversation_id).where(MessageRow.id == cut.first))
    if home != cut.conversation:
        raise no_message(cut.first)
    statement = insert(CutRow).values(
        conversation_id=cut.conversation,
        first_id=cut.first,
        created=now,
        active=True,
        tokens=cut.tokens,
        model=cut.model,
        summary=cut.summary,
    )
    result = connection.execute(statement)
    assert result.inserted_primary_key is not None
    return get(connection, result.inserted_primary_key[0])


def replace(connection: Connection, old: int, cut: CompactionPoint, now: float) -> CompactionPoint:
    """Add a compaction point that replaces another, which stays, inactive."""
    made = add(connection, cut, now)
    set_active(connection, old, False)
    return made


def set_active(connection: Connection, cut: int, active: bool) -> CompactionPoint:
    """Set whether it is active."""
    connection.execute(update(CutRow).where(CutRow.id == cut).values(active=active))
    return get(connection, cut)


def get(connection: Connection, cut: int) -> CompactionPoint:
    """Raises UserError `store.no_message` for one deleted with its conversation."""
    row = connection.execute(_columns().where(CutRow.id == cut)).first()
    if row is None:
        raise no_message(cut)
    return CompactionPoint(*row)


def active(connection: Connection, conversation: int) -> list[CompactionPoint]:
    """Active compaction points in the branches of a conversation, the newest first."""
    statement = (
        _columns()
        .where(CutRow.conversation_id == conversation, CutRow.active.is_(True))
        .order_by(CutRow.id.desc())
    )
    return [CompactionPoint(*row) for row in connection.execute(statement)]


def _columns() -> Select[*tuple[Any, ...]]:
    row = CutRow
    return select(row.id, row.conversation_id, row.first_id, row.created, row.tokens, row.model, row.summary)
