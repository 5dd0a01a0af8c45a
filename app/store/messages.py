"""Messages: adds, saves while streaming, finishes, reads. Functions work inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, bindparam, column, func, insert, select, update
from sqlalchemy.orm import aliased

from app.store import branches, writers
from app.store.errors import no_conversation, no_message
from app.store.records import Message, MessageState
from app.store.tables import ConversationRow, MessageRow
from engine.errors import ErrorInfo
from engine.values import Role, Timings, ToolCall, Usage


class NewMessage(msgspec.Struct, frozen=True):
    """Fields of a new message."""

    conversation: int
    parent: int | None
    role: Role
    content: str
    reasoning: str
    state: MessageState
    model: str


class Ending(msgspec.Struct, frozen=True):
    """The end of an answer, with its whole text. An empty `model` keeps the previous value."""

    content: str
    reasoning: str
    state: MessageState
    error: ErrorInfo | None
    usage: Usage | None
    timings: Timings | None
    model: str
    tool_calls: tuple[ToolCall, ...] = ()
    notices: tuple[ErrorInfo, ...] = ()


def add(connection: Connection, new: NewMessage, writer: str, now: float) -> Message:
    """Add a message at the end of its parent's branch, or beside the parent's other children, and show it.

    Raises UserError `store.no_conversation`, and `store.no_message` for a parent that is not in it.
    """
    if connection.scalar(select(ConversationRow.id).where(ConversationRow.id == new.conversation)) is None:
        raise no_conversation(new.conversation)
    if new.parent is not None:
        home = connection.scalar(select(MessageRow.conversation_id).where(MessageRow.id == new.parent))
        if home != new.conversation:
            raise no_message(new.parent)
    statement = insert(MessageRow).values(
        parent_id=new.parent,
        conversation_id=new.conversation,
        used=branches.next_use(connection, new.conversation),
        role=new.role,
        state=new.state,
        created=now,
        writer=writer if new.state == "streaming" else None,
        model=new.model,
        content=new.content,
        reasoning=new.reasoning,
    )
    result = connection.execute(statement)
    assert result.inserted_primary_key is not None
    message: int = result.inserted_primary_key[0]
    connection.execute(
        update(ConversationRow)
        .where(ConversationRow.id == new.conversation)
        .values(leaf_id=message, updated=now)
    )
    return get(connection, message)


def resume(connection: Connection, message: int, writer: str) -> Message:
    """Resume an ended answer: it streams again, with its text."""
    _set(connection, message, state="streaming", writer=writer, error=None)
    return get(connection, message)


def save(connection: Connection, message: int, content: str, reasoning: str) -> None:
    """Save the text so far of a streaming answer. An ended one stays as it is."""
    statement = (
        update(MessageRow)
        .where(MessageRow.id == message, MessageRow.state == "streaming")
        .values(content=content, reasoning=reasoning)
    )
    if connection.execute(statement).rowcount == 0:
        _require(connection, message)


def finish(connection: Connection, message: int, ending: Ending) -> Message:
    columns = msgspec.structs.asdict(ending)
    if not ending.model:
        del columns["model"]
    _set(connection, message, writer=None, **columns)
    return get(connection, message)


def set_run(connection: Connection, message: int, run: int) -> Message:
    """Set the run that writes this answer."""
    _set(connection, message, run=run)
    return get(connection, message)


def recover(connection: Connection, own: str) -> list[Message]:
    """Mark answers of dead writers as stopped. `own` is the writer of this store."""
    row = MessageRow
    found = connection.execute(select(row.id, row.writer).where(row.writer.is_not(None)).order_by(row.id))
    left = [id for id, writer in found if writer and writer != own and not writers.is_alive(writer)]
    for message in left:
        _set(connection, message, state="stopped", writer=None)
    return get_all(connection, left)


def get(connection: Connection, message: int) -> Message:
    return get_all(connection, [message])[0]


def get_all(connection: Connection, ids: Sequence[int]) -> list[Message]:
    """Messages in the order of `ids`. Raises UserError `store.no_message` for a missing one."""
    wanted = msgspec.json.encode(ids).decode()
    found = [Message(*row) for row in connection.execute(_SELECTION, {"ids": wanted})]
    if len(found) != len(ids):
        present = {message.id for message in found}
        raise no_message(next(message for message in ids if message not in present))
    return found


def _selection() -> Select[*tuple[Any, ...]]:
    """The columns of a `Message`, in its order, for the ids in the JSON array `:ids` (any number)."""
    row, sibling = MessageRow, aliased(MessageRow)
    ids = func.json_each(bindparam("ids")).table_valued(column("key"), column("value"))
    same_parent = (
        select(func.count())
        .select_from(sibling)
        .where(sibling.parent_id.is_(row.parent_id), sibling.conversation_id == row.conversation_id)
    )
    return (
        select(
            row.id,
            row.conversation_id,
            row.parent_id,
            row.role,
            row.content,
            row.reasoning,
            row.state,
            row.created,
            row.model,
            row.error,
            row.usage,
            row.timings,
            same_parent.where(sibling.id <= row.id).correlate(row).scalar_subquery(),
            same_parent.correlate(row).scalar_subquery(),
            row.tool_calls,
            row.notices,
            row.run,
        )
        .select_from(ids)
        .join(row, row.id == ids.c.value)
        .order_by(ids.c.key)
    )


_SELECTION = _selection()


def _set(connection: Connection, message: int, **columns: Any) -> None:
    result = connection.execute(update(MessageRow).where(MessageRow.id == message).values(**columns))
    if result.rowcount == 0:
        raise no_message(message)


def _require(connection: Connection, message: int) -> None:
    if connection.scalar(select(MessageRow.id).where(MessageRow.id == message)) is None:
        raise no_message(message)
