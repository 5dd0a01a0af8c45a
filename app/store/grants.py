"""Grants of tools, and results of tool checks. Each function works inside the caller's transaction."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from agents.permissions.values import Grant
from app.store.records import ToolCheck
from app.store.tables import GrantRow, ToolCheckRow

_COLUMNS = [getattr(GrantRow, name) for name in Grant.__struct_fields__]
_CHECK = [getattr(ToolCheckRow, name) for name in ToolCheck.__struct_fields__]


def every(connection: Connection) -> list[Grant]:
    """All grants, oldest first."""
    statement = select(*_COLUMNS).order_by(GrantRow.created, GrantRow.id)
    return [Grant(*row) for row in connection.execute(statement)]


def put(connection: Connection, grant: Grant) -> None:
    values = {name: getattr(grant, name) for name in Grant.__struct_fields__}
    connection.execute(delete(GrantRow).where(GrantRow.id == grant.id))
    connection.execute(insert(GrantRow).values(**values))


def used(connection: Connection, id: str, now: float) -> None:
    connection.execute(update(GrantRow).where(GrantRow.id == id).values(used=now))


def revoke(connection: Connection, id: str) -> bool:
    """Revoke a grant; returns whether there was one."""
    return bool(connection.execute(delete(GrantRow).where(GrantRow.id == id)).rowcount)


def checks(connection: Connection) -> list[ToolCheck]:
    return [ToolCheck(*row) for row in connection.execute(select(*_CHECK))]


def put_check(connection: Connection, check: ToolCheck) -> None:
    values = {name: getattr(check, name) for name in ToolCheck.__struct_fields__}
    connection.execute(delete(ToolCheckRow).where(ToolCheckRow.model == check.model))
    connection.execute(insert(ToolCheckRow).values(**values))
