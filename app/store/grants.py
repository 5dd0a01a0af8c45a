"""Grants of tools, results of tool checks, and keys of the local server."""

from __future__ import annotations

from sqlalchemy import Connection

from agents.permissions.values import Grant
from app.store.database import Records, reads
from app.store.records import ServerKey, ToolCheck
from app.store.tables import GRANT, SERVER_KEY, TOOL_CHECK


class Grants(Records[Grant]):
    """`Store.grants`."""

    record = Grant
    table = GRANT

    @reads
    def all(self, connection: Connection) -> list[Grant]:
        """All grants, oldest first."""
        return self.select(connection, self.selection.order_by(GRANT.c.created, GRANT.c.id))


class ToolChecks(Records[ToolCheck]):
    """`Store.tool_checks`: the result of the last check of each model."""

    record = ToolCheck
    table = TOOL_CHECK

    @reads
    def all(self, connection: Connection) -> list[ToolCheck]:
        """All results."""
        return self.select(connection, self.selection)


class ServerKeys(Records[ServerKey]):
    """`Store.server_keys`."""

    record = ServerKey
    table = SERVER_KEY

    @reads
    def all(self, connection: Connection) -> list[ServerKey]:
        """All keys, oldest first."""
        return self.select(connection, self.selection.order_by(SERVER_KEY.c.created, SERVER_KEY.c.name))
