"""Schedules, and the times that they were due. Several processes may look after them: one claims what is due."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from app.store.database import Records, reads, writes
from app.store.schedules.records import UNDER_WAY, Firing, FiringState, Schedule
from app.store.schedules.tables import FIRING, SCHEDULE, SCHEDULE_SEEN
from app.store.tables import RUN_TEXT, storable_json
from engine.errors import ErrorInfo, UserError

KEPT = 30  # firings of a schedule
# Of a file: its size in bytes and the time of its last change in nanoseconds.
Listing = dict[str, tuple[int, int]]
_LISTING = msgspec.json.Decoder(Listing)


class Schedules(Records[Schedule]):
    """`Store.schedules`."""

    record = Schedule
    table = SCHEDULE

    @reads
    def all(self, connection: Connection) -> list[Schedule]:
        """All schedules, by their names."""
        found = self.select(connection, self.selection)
        return sorted(found, key=lambda schedule: (schedule.name.casefold(), schedule.id))

    def get(self, id: int) -> Schedule:
        """One schedule. Raises UserError `schedule.missing`."""
        found = self.find(id)
        if found is None:
            raise UserError("schedule.missing", name=str(id))
        return found

    @writes
    def add(self, connection: Connection, schedule: Schedule) -> Schedule:
        """Add a schedule; its id is assigned here. Raises UserError `schedule.name_taken`."""
        self._check_name(schedule)
        return self.get(self.insert(connection, schedule, id=0))

    @writes
    def replace(self, connection: Connection, schedule: Schedule) -> Schedule:
        """Put a changed one in its place. Raises UserError `schedule.missing`, `schedule.name_taken`."""
        self._check_name(schedule)
        values = msgspec.structs.asdict(schedule)
        del values["id"]
        if self.change(schedule.id, **values) is None:
            raise UserError("schedule.missing", name=schedule.name)
        return schedule

    def _check_name(self, schedule: Schedule) -> None:
        for other in self.all():
            if other.id != schedule.id and other.name.casefold() == schedule.name.casefold():
                raise UserError("schedule.name_taken", name=other.name)

    @writes
    def delete(self, connection: Connection, id: int) -> bool:
        """Delete a schedule and what is known of its past; its runs stay."""
        connection.execute(delete(FIRING).where(FIRING.c.schedule == id))
        connection.execute(delete(SCHEDULE_SEEN).where(SCHEDULE_SEEN.c.schedule_id == id))
        return self.remove(id)

    @writes
    def move(self, connection: Connection, schedule: Schedule, checked: float) -> bool:
        """Note that its times up to `checked` are dealt with; False where it was changed meanwhile."""
        row = SCHEDULE.c
        same = (row.id == schedule.id) & (row.checked == schedule.checked) & row.paused.is_(False)
        return bool(connection.execute(update(SCHEDULE).where(same).values(checked=checked)).rowcount)

    @writes
    def keep_listing(self, connection: Connection, id: int, listing: Mapping[str, tuple[int, int]]) -> None:
        """Keep what was in the folder of a schedule when it was last looked at."""
        connection.execute(delete(SCHEDULE_SEEN).where(SCHEDULE_SEEN.c.schedule_id == id))
        connection.execute(insert(SCHEDULE_SEEN).values(schedule_id=id, body=storable_json(listing)))

    @reads
    def listing(self, connection: Connection, id: int) -> Listing | None:
        """What was in its folder; None where nobody has looked yet."""
        body = connection.scalar(select(SCHEDULE_SEEN.c.body).where(SCHEDULE_SEEN.c.schedule_id == id))
        return None if body is None else _LISTING.decode(body)


class Firings(Records[Firing]):
    """`Store.firings`."""

    record = Firing
    table = FIRING

    def __init__(self, schedules: Schedules) -> None:
        super().__init__(schedules.database)
        self._schedules = schedules

    @reads
    def of(self, connection: Connection, schedule: int) -> list[Firing]:
        """The times of a schedule, the latest first."""
        chosen = self.selection.where(FIRING.c.schedule == schedule)
        return self.select(connection, chosen.order_by(FIRING.c.id.desc()))

    @reads
    def latest(self, connection: Connection) -> dict[int, Firing]:
        """The time of each schedule that tells most of it, by its id: the one that is under way, or the last."""
        newest = select(func.max(FIRING.c.id)).group_by(FIRING.c.schedule)
        found = self.select(connection, self.selection.where(FIRING.c.id.in_(newest)))
        return {firing.schedule: firing for firing in (*found, *self.under_way())}

    @reads
    def under_way(self, connection: Connection) -> list[Firing]:
        """All that has not ended, the earliest first."""
        chosen = self.selection.where(FIRING.c.state.in_(UNDER_WAY))
        return self.select(connection, chosen.order_by(FIRING.c.id))

    @reads
    def unseen(self, connection: Connection) -> list[int]:
        """Runs of schedules that have ended and that nobody has looked at."""
        ended = FIRING.c.state.not_in(UNDER_WAY) & FIRING.c.seen.is_(False) & (FIRING.c.run != 0)
        return list(connection.scalars(select(FIRING.c.run).where(ended).order_by(FIRING.c.id)))

    @reads
    def of_run(self, connection: Connection, run: int) -> Firing | None:
        """The one that started a run."""
        found = self.select(connection, self.selection.where(FIRING.c.run == run))
        return found[0] if found else None

    @writes
    def claim(
        self,
        connection: Connection,
        schedule: Schedule,
        due: float,
        state: FiringState = "claimed",
        reason: ErrorInfo | None = None,
        changed: tuple[str, ...] = (),
        *,
        checked: float | None = None,
        listing: Listing | None = None,
    ) -> Firing | None:
        """Note that a schedule is due, for this process to start it; None where another one was faster, or the
        schedule was changed. `checked` None: by hand, beside its times. `listing` as for `keep_listing`. What was
        skipped before in the same way is forgotten."""
        if checked is not None and not self._schedules.move(schedule, checked):
            return None
        if self._schedules.find(schedule.id) is None:
            return None
        if state == "skipped":
            last = next(iter(self.of(schedule.id)), None)
            if last is not None and (last.state, last.reason) == (state, reason):
                self.remove(last.id)
        if listing is not None:
            self._schedules.keep_listing(schedule.id, listing)
        now = self.database.clock() if checked is None else checked
        made = Firing(0, schedule.id, due, now, state, 0, reason, changed, self.writer)
        id: int = self.insert(connection, made)
        old = [firing.id for firing in self.of(schedule.id)[KEPT:] if firing.state not in UNDER_WAY]
        connection.execute(delete(FIRING).where(FIRING.c.id.in_(old)))
        return msgspec.structs.replace(made, id=id)

    @writes
    def take_over(self, connection: Connection, firing: Firing) -> Firing | None:
        """Claim what this process, or one that has died, was about to start; None where that lives, or another one
        was faster."""
        if firing.writer != self.writer and not self.is_left(firing.writer):
            return None
        return self.change(firing.id, ("claimed",), (firing.writer,), writer=self.writer)

    @reads
    def started(self, connection: Connection, session: str) -> int:
        """The run that was started under this name (`RunSpec.session`); 0 for none."""
        named = (RUN_TEXT.c.handle == "session") & (RUN_TEXT.c.text == session)
        return connection.scalar(select(RUN_TEXT.c.run_id).where(named)) or 0

    @writes
    def see(self, connection: Connection, run: int) -> bool:
        """Note that a person has looked at a run; whether that is new."""
        new = (FIRING.c.run == run) & FIRING.c.seen.is_(False) & FIRING.c.state.not_in(UNDER_WAY)
        return bool(connection.execute(update(FIRING).where(new).values(seen=True)).rowcount)
