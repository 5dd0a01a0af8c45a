"""Grants of tools, results of tool checks, and keys of the local server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from agents.permissions.values import Grant
from app.store.database import Records, reads, writes
from app.store.records import KeyTokens, ServerKey, ToolCheck, UsageDay
from app.store.tables import GRANT, SERVER_KEY, TOOL_CHECK
from app.store.usage import UsageDays


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

    @writes
    def revoke(self, connection: Connection, name: str) -> bool:
        """Delete a key; what it has used stays, without its name."""
        UsageDays(self.database).unname(name)
        return self.remove(name)

    @writes
    def add_usage(self, connection: Connection, used: Mapping[ServerKey | None, Sequence[UsageDay]]) -> None:
        """Add what keys have used; that of a key that is gone is counted without its name, as that of None."""
        lines: list[UsageDay] = []
        for key, its in used.items():
            kept = None if key is None else self.find(key.name)
            name = kept.name if kept is not None and key is not None and kept.sha256 == key.sha256 else ""
            lines += [msgspec.structs.replace(line, key=name) for line in its]
        UsageDays(self.database).add(lines)

    def tokens(self, day: str) -> dict[str, tuple[KeyTokens, KeyTokens]]:
        """As `UsageDays.of_keys`."""
        return UsageDays(self.database).of_keys(day)
