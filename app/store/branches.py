"""Message tree of a conversation: the shown path, variants of a message, leaves.

A message is never moved, and its parent is older than itself.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, literal, select, update

from app.store import conversations
from app.store.errors import no_message
from app.store.records import Conversation
from app.store.tables import ConversationRow, MessageRow


def path(connection: Connection, conversation: int) -> list[int]:
    """The messages of the shown branch, from the first to the leaf.

    Raises UserError `store.no_conversation`.
    """
    leaf = conversations.get(connection, conversation).leaf
    if leaf is None:
        return []
    row = MessageRow
    up = (
        select(row.id, row.parent_id, literal(0).label("distance"))
        .where(row.id == leaf)
        .cte("up", recursive=True)
    )
    up = up.union_all(select(row.id, row.parent_id, up.c.distance + 1).where(row.id == up.c.parent_id))
    return list(connection.scalars(select(up.c.id).order_by(up.c.distance.desc())))


def siblings(connection: Connection, message: int) -> list[int]:
    """The variants of a message, itself included, oldest first. Raises UserError `store.no_message`."""
    row = MessageRow
    place = connection.execute(select(row.conversation_id, row.parent_id).where(row.id == message)).first()
    if place is None:
        raise no_message(message)
    conversation, parent = place
    statement = (
        select(row.id).where(row.parent_id.is_(parent), row.conversation_id == conversation).order_by(row.id)
    )
    return list(connection.scalars(statement))


def show(connection: Connection, message: int) -> Conversation:
    """Show the branch through a message, down to the leaf shown last. Raises UserError `store.no_message`."""
    row = MessageRow
    conversation = connection.scalar(select(row.conversation_id).where(row.id == message))
    if conversation is None:
        raise no_message(message)
    down = select(row.id, row.used).where(row.id == message).cte("down", recursive=True)
    down = down.union_all(select(row.id, row.used).where(row.parent_id == down.c.id))
    # A message with children was used before the last of them was, so the highest is always a leaf.
    end = connection.scalar(select(down.c.id).order_by(down.c.used.desc()).limit(1))
    assert end is not None
    return make_leaf(connection, conversation, end)


def next_use(connection: Connection, conversation: int) -> int:
    """The next value for `message.used`."""
    used = connection.scalar(
        select(func.max(MessageRow.used)).where(MessageRow.conversation_id == conversation)
    )
    return 1 if used is None else used + 1


def make_leaf(connection: Connection, conversation: int, message: int) -> Conversation:
    """End the shown branch at a message without children."""
    connection.execute(
        update(MessageRow).where(MessageRow.id == message).values(used=next_use(connection, conversation))
    )
    connection.execute(
        update(ConversationRow).where(ConversationRow.id == conversation).values(leaf_id=message)
    )
    return conversations.get(connection, conversation)
