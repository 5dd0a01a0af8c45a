"""Conversations: create, read, list, change. Each function works inside the caller's transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from app.store.errors import no_conversation
from app.store.records import ChatOptions, Conversation, TitleSource
from app.store.tables import ConversationRow


def selection() -> Select[*tuple[Any, ...]]:
    """The columns of a `Conversation`, in its order."""
    row = ConversationRow
    return select(
        row.id,
        row.title,
        row.title_source,
        row.pinned,
        row.created,
        row.updated,
        row.deleted,
        row.leaf_id,
        row.draft,
        row.options,
        row.origin,
    )


def record(row: Row[*tuple[Any, ...]]) -> Conversation:
    """Convert a row that begins with the columns of `selection`."""
    return Conversation(*tuple(row)[:11])


def create(
    connection: Connection, options: ChatOptions, now: float, origin: int | None = None
) -> Conversation:
    statement = insert(ConversationRow).values(
        title="",
        title_source="none",
        pinned=False,
        created=now,
        updated=now,
        draft="",
        options=options,
        origin=origin,
    )
    result = connection.execute(statement)
    assert result.inserted_primary_key is not None
    return get(connection, result.inserted_primary_key[0])


def get(connection: Connection, conversation: int) -> Conversation:
    """One conversation, also in the trash. Raises UserError `store.no_conversation`."""
    row = connection.execute(selection().where(ConversationRow.id == conversation)).first()
    if row is None:
        raise no_conversation(conversation)
    return record(row)


def listed(connection: Connection) -> list[Conversation]:
    """Conversations outside the trash: pinned first, then by the time of the last message, newest first."""
    row = ConversationRow
    statement = (
        selection()
        .where(row.deleted.is_(None))
        .order_by(row.pinned.desc(), row.updated.desc(), row.id.desc())
    )
    return [record(found) for found in connection.execute(statement)]


def change(connection: Connection, conversation: int, /, **columns: Any) -> Conversation:
    """Set columns of one conversation. Raises UserError `store.no_conversation`."""
    connection.execute(update(ConversationRow).where(ConversationRow.id == conversation).values(**columns))
    return get(connection, conversation)


def rename(connection: Connection, conversation: int, title: str, source: TitleSource) -> Conversation:
    """Set a title. A generated one never replaces one that the user wrote."""
    before = get(connection, conversation)
    if source == "auto" and before.title_source == "user":
        return before
    return change(connection, conversation, title=title, title_source=source)
