"""What answers took, for each day."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, case, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from app.store.database import Part, reads, writes
from app.store.records import USAGE_KEY, USAGE_SUMS, KeyTokens, UsageDay
from app.store.tables import USAGE_DAY, selection


class UsageDays(Part):
    """`Store.usage`."""

    @writes
    def add(self, connection: Connection, lines: Iterable[UsageDay]) -> None:
        """Add to what is there, all or nothing."""
        for line in lines:
            adding = insert(USAGE_DAY).values(**msgspec.structs.asdict(line))
            new, old = adding.excluded, USAGE_DAY.c
            sums = {name: old[name] + new[name] for name in USAGE_SUMS}
            named = case((new.domains == "", old.domains), else_=new.domains)
            changed = adding.on_conflict_do_update(index_elements=USAGE_KEY, set_=sums | {"domains": named})
            connection.execute(changed)

    @reads
    def days(self, connection: Connection, since: str = "") -> list[UsageDay]:
        """What was taken from the day `since` on, "" for all, by day."""
        found = selection(USAGE_DAY, UsageDay).where(USAGE_DAY.c.day >= since)
        return [
            UsageDay(*row)
            for row in connection.execute(found.order_by(*(USAGE_DAY.c[name] for name in USAGE_KEY)))
        ]

    @reads
    def of_keys(self, connection: Connection, day: str) -> dict[str, tuple[KeyTokens, KeyTokens]]:
        """What each key has used on a day and in all, by its name; a key that was never used is left out."""
        counts = (USAGE_DAY.c.read, USAGE_DAY.c.cached, USAGE_DAY.c.written)
        of_day = [func.sum(case((USAGE_DAY.c.day == day, count), else_=0)) for count in counts]
        in_all = [func.sum(count) for count in counts]
        named = (
            select(USAGE_DAY.c.key, *of_day, *in_all).where(USAGE_DAY.c.key != "").group_by(USAGE_DAY.c.key)
        )
        return {row[0]: (KeyTokens(*row[1:4]), KeyTokens(*row[4:7])) for row in connection.execute(named)}

    @writes
    def unname(self, connection: Connection, key: str) -> None:
        """Count what a key has used among that of no key: its name can be given again."""
        of_key = selection(USAGE_DAY, UsageDay).where(USAGE_DAY.c.key == key)
        lines = [msgspec.structs.replace(UsageDay(*row), key="") for row in connection.execute(of_key)]
        connection.execute(delete(USAGE_DAY).where(USAGE_DAY.c.key == key))
        self.add(lines)

    @writes
    def forget(self, connection: Connection) -> list[UsageDay]:
        """Delete all of it; returns what that was."""
        found = self.days()
        connection.execute(delete(USAGE_DAY))
        return found
