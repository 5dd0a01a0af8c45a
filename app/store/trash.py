"""The trash: a deleted conversation stays whole until the trash is emptied."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from app.store import conversations
from app.store.records import Conversation
from app.store.tables import ConversationRow, CutRow, MessageRow


def put_in(connection: Connection, conversation: int, now: float) -> Conversation:
    """Move a conversation to the trash; keeps the time of the first deletion."""
    before = conversations.get(connection, conversation)
    if before.deleted is not None:
        return before
    return conversations.change(connection, conversation, deleted=now)


def take_out(connection: Connection, conversation: int) -> Conversation:
    return conversations.change(connection, conversation, deleted=None)


def listed(connection: Connection) -> list[Conversation]:
    """Deleted conversations, the latest first."""
    row = ConversationRow
    statement = (
        conversations.selection().where(row.deleted.is_not(None)).order_by(row.deleted.desc(), row.id.desc())
    )
    return [conversations.record(found) for found in connection.execute(statement)]


def expired(connection: Connection, older_than: float) -> list[int]:
    """Conversations deleted before that time (seconds since 1970)."""
    return list(connection.scalars(select(ConversationRow.id).where(ConversationRow.deleted < older_than)))


def remove(connection: Connection, conversation: int, older_than: float) -> bool:
    """Delete one for good; False if it was restored meanwhile."""
    expired_still = (ConversationRow.id == conversation) & (ConversationRow.deleted < older_than)
    # The leaf first: it points at a message. Then all messages in one statement, at whose end the keys from
    # child to parent are checked.
    released = connection.execute(update(ConversationRow).where(expired_still).values(leaf_id=None))
    if released.rowcount == 0:
        return False
    connection.execute(delete(CutRow).where(CutRow.conversation_id == conversation))
    connection.execute(
        update(ConversationRow).where(ConversationRow.origin == conversation).values(origin=None)
    )
    connection.execute(delete(MessageRow).where(MessageRow.conversation_id == conversation))
    connection.execute(delete(ConversationRow).where(ConversationRow.id == conversation))
    return True
