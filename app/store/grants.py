"""Grants of tools, results of tool checks, and keys of the local server."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, case, func, literal, select
from sqlalchemy.dialects.sqlite import insert

from agents.permissions.values import Grant
from app.store.database import Records, reads, writes
from app.store.records import KeyTokens, ServerKey, ToolCheck
from app.store.tables import GRANT, SERVER_KEY, SERVER_KEY_DAY, TOOL_CHECK


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
    def add_tokens(self, connection: Connection, day: str, used: Mapping[ServerKey, KeyTokens]) -> None:
        """Add what keys have used to those of a day; those of a key that is gone are left out."""
        names = ("read", "cached", "written")
        for key, tokens in used.items():
            counts = [literal(getattr(tokens, name)) for name in names]
            owner = (SERVER_KEY.c.name == key.name) & (SERVER_KEY.c.sha256 == key.sha256)
            adding = insert(SERVER_KEY_DAY).from_select(
                ["name", "day", *names], select(SERVER_KEY.c.name, literal(day), *counts).where(owner)
            )
            sums = {name: SERVER_KEY_DAY.c[name] + adding.excluded[name] for name in names}
            connection.execute(adding.on_conflict_do_update(index_elements=["name", "day"], set_=sums))

    @reads
    def tokens(self, connection: Connection, day: str) -> dict[str, tuple[KeyTokens, KeyTokens]]:
        """What each key has used on a day and in all, by its name; a key that was never used is left out."""
        counts = (SERVER_KEY_DAY.c.read, SERVER_KEY_DAY.c.cached, SERVER_KEY_DAY.c.written)
        of_day = [func.sum(case((SERVER_KEY_DAY.c.day == day, count), else_=0)) for count in counts]
        in_all = [func.sum(count) for count in counts]
        found = connection.execute(
            select(SERVER_KEY_DAY.c.name, *of_day, *in_all).group_by(SERVER_KEY_DAY.c.name)
        )
        return {row[0]: (KeyTokens(*row[1:4]), KeyTokens(*row[4:7])) for row in found}
