"""Statements on the tree of messages: a branch from its leaf up, and what is beneath a message."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    column,
    exists,
    func,
    literal,
    select,
    true,
)

from app.store.errors import no_conversation
from app.store.records import Message
from app.store.tables import CONVERSATION, MESSAGE

KEPT = MESSAGE.c.deleted.is_(None)


def _selection() -> Select[*tuple[Any, ...]]:
    """The columns of a `Message`, in its order, for the ids in the JSON array `:ids` (any number)."""
    row, sibling = MESSAGE.c, MESSAGE.alias()
    ids = func.json_each(bindparam("ids")).table_valued(column("key"), column("value"))
    same_parent = (
        select(func.count())
        .select_from(sibling)
        .where(
            sibling.c.parent.is_(row.parent),
            sibling.c.conversation == row.conversation,
            sibling.c.deleted.is_(None),
        )
    )
    counts = {
        "sibling": same_parent.where(sibling.c.id <= row.id).correlate(MESSAGE).scalar_subquery(),
        "siblings": same_parent.correlate(MESSAGE).scalar_subquery(),
    }
    columns = (counts[name] if name in counts else row[name] for name in Message.__struct_fields__)
    return select(*columns).select_from(ids).join(MESSAGE, row.id == ids.c.value).order_by(ids.c.key)


def _branch() -> CTE:
    """The messages of the branch that ends at `:leaf`, by their `distance` from it."""
    columns = MESSAGE.c
    first = select(columns.id, columns.parent, literal(0).label("distance"))
    up = first.where(columns.id == bindparam("leaf")).cte("up", recursive=True)
    return up.union_all(
        select(columns.id, columns.parent, up.c.distance + 1).where(columns.id == up.c.parent)
    )


def _path() -> Select[str]:
    """The ids of the branch as one value: thousands of rows would keep the interpreter from the window."""
    up = _branch()
    path = select(up.c.id).order_by(up.c.distance.desc()).subquery()
    return select(func.json_group_array(path.c.id))


def _last_model() -> Select[str]:
    up = _branch()
    says = (MESSAGE.c.role == "assistant") & (MESSAGE.c.model != "")
    found = select(MESSAGE.c.model).join(up, MESSAGE.c.id == up.c.id).where(says)
    return found.order_by(up.c.distance).limit(1)


# Built once: that takes longer than to run them, and keeps the interpreter from the window.
MESSAGES, PATH, LAST_MODEL = _selection(), _path(), _last_model()
LEAF = select(CONVERSATION.c.leaf).where(CONVERSATION.c.id == bindparam("id"))


def branch_of(connection: Connection, conversation: int) -> dict[str, int | None]:
    """Where the shown branch ends, as the statements of a branch take it."""
    found = connection.execute(LEAF, {"id": conversation}).first()
    if found is None:
        raise no_conversation(conversation)
    return {"leaf": found[0]}


def below(start: ColumnElement[bool], *, kept: bool = True) -> CTE:
    """The messages that `start` names and all beneath them; deleted ones only where `kept` is False."""
    row = MESSAGE.c
    columns, wanted = (row.id, row.parent, row.used), KEPT if kept else true()
    down = select(*columns).where(start, wanted).cte("down", recursive=True)
    return down.union_all(select(*columns).where(row.parent == down.c.id, wanted))


def shown_last(connection: Connection, start: ColumnElement[bool]) -> int | None:
    """The end of a branch beneath what `start` names that was shown last."""
    down, child = below(start), MESSAGE.alias()
    has_children = exists().where(child.c.parent == down.c.id, child.c.deleted.is_(None))
    ends = select(down.c.id).where(~has_children).order_by(down.c.used.desc()).limit(1)
    found: int | None = connection.scalar(ends)
    return found
