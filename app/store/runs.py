"""Runs and their journals.

A run belongs to one process, its writer, while it is carried out; events are added by that process alone.
"""

from __future__ import annotations

import contextlib

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, or_, select

from agents.events import Entry, RunEvent, RunFinished, decoded
from app.store.database import Records, reads, writes
from app.store.messages import Messages
from app.store.records import RUNS_UNDER_WAY, RunRecord, RunState
from app.store.tables import CONVERSATION, RUN, RUN_EVENT, RUN_TEXT, storable_json
from engine.errors import UserError

# Never handles of a text.
_START, _SESSION = "start", "session"
_OURS = (_START, _SESSION)


class Runs(Records[RunRecord]):
    """`Store.runs`."""

    record = RunRecord
    table = RUN

    @writes
    def add(
        self, connection: Connection, run: RunRecord, message: int = 0, start: str = "", session: str = ""
    ) -> RunRecord:
        """Add a run; its id is assigned here.

        It writes the answer `message` of a chat when that is not 0, which is noted with it. `start` is what
        it is to begin with, for `start_of`; `session` as in `sessions`. Raises UserError `store.no_message`.
        """
        added: int = self.insert(connection, run, id=0)
        if message:
            Messages(self.database).set_run(message, added)
        for handle, text in ((_START, start), (_SESSION, session)):
            if text:
                connection.execute(insert(RUN_TEXT).values(run_id=added, handle=handle, text=text))
        return self.get(added)

    @reads
    def start_of(self, connection: Connection, id: int) -> str:
        """The start of a run that ended before its first event; "" when unknown."""
        return connection.scalar(_texts(RUN_TEXT.c.run_id == id, RUN_TEXT.c.handle == _START)) or ""

    @reads
    def sessions(self, connection: Connection) -> dict[int, str]:
        """What other programs call the runs that they have started, by the runs' ids."""
        named = select(RUN_TEXT.c.run_id, RUN_TEXT.c.text).where(RUN_TEXT.c.handle == _SESSION)
        return {int(run): str(text) for run, text in connection.execute(named)}

    def get(self, id: int) -> RunRecord:
        """One run, also in the trash. Raises UserError `run.missing`."""
        found = self.find(id)
        if found is None:
            raise UserError("run.missing", id=id)
        return found

    @reads
    def all(self, connection: Connection, *, trashed: bool = False) -> list[RunRecord]:
        """Runs outside the trash, or in it, the latest first, without those of chats and of other runs."""
        place = RUN.c.trashed.is_not(None) if trashed else RUN.c.trashed.is_(None)
        listed = self.selection.where(place, RUN.c.conversation == 0, RUN.c.parent == 0)
        return self.select(connection, listed.order_by(RUN.c.created.desc(), RUN.c.id.desc()))

    @reads
    def every(self, connection: Connection) -> list[RunRecord]:
        """All runs, including those of chats and in the trash."""
        return self.select(connection, self.selection.order_by(RUN.c.id))

    @reads
    def children(self, connection: Connection, parent: int) -> list[RunRecord]:
        """Runs that the run `parent` gave tasks to, the first one first."""
        return self.select(connection, self.selection.where(RUN.c.parent == parent).order_by(RUN.c.id))

    @reads
    def under_way(self, connection: Connection) -> list[RunRecord]:
        """Runs that are carried out, by whichever process, or were when it died."""
        return self.select(connection, self.selection.where(RUN.c.state.in_(RUNS_UNDER_WAY)))

    @writes
    def recover(self, connection: Connection) -> list[RunRecord]:
        """Mark runs of dead processes "interrupted", or what their journals say if they had ended; returns them."""
        dead = [run.id for run in self.under_way() if self.is_left(run.writer)]
        for id in dead:
            state: RunState = "interrupted"
            reason, last = "interrupted", _last_event(connection, id)
            if isinstance(last, RunFinished):
                state, reason = "paused" if last.reason == "paused" else last.status, last.reason
            self.change(id, state=state, reason=reason, writer="")
        return [self.get(id) for id in dead]

    def empty_trash(self, older_than: float) -> list[int]:
        """Delete runs that went to the trash before that time with those they gave tasks to, and runs of deleted
        chats; returns them."""
        return [run for run in self._expired(older_than) if self._expire(run, older_than)]

    @reads
    def _expired(self, connection: Connection, older_than: float) -> list[int]:
        return list(connection.scalars(select(RUN.c.id).where(_is_expired(older_than))))

    @writes
    def _expire(self, connection: Connection, id: int, older_than: float) -> bool:
        """Delete one for good; False if it was restored meanwhile."""
        if connection.scalar(select(RUN.c.id).where(RUN.c.id == id, _is_expired(older_than))) is None:
            return False
        connection.execute(delete(RUN_EVENT).where(RUN_EVENT.c.run_id == id))
        connection.execute(delete(RUN_TEXT).where(RUN_TEXT.c.run_id == id))
        return self.remove(id)

    # --- journals ---

    @writes
    def append(self, connection: Connection, run: int, event: RunEvent) -> Entry:
        """Append an event to its run's journal, durably."""
        count, now = func.max(RUN_EVENT.c.seq), self.database.clock()
        seq = (connection.scalar(select(count).where(RUN_EVENT.c.run_id == run)) or 0) + 1
        body = storable_json(event)
        connection.execute(insert(RUN_EVENT).values(run_id=run, seq=seq, time=now, body=body))
        return Entry(run, seq, now, decoded(body))

    @reads
    def entries(self, connection: Connection, run: int, after: int = 0, limit: int = 0) -> list[Entry]:
        """Events after number `after`, in order; at most `limit` unless 0. Raises UserError `run.damaged`."""
        row = RUN_EVENT.c
        later = (row.run_id == run) & (row.seq > after)
        statement = select(row.seq, row.time, row.body).where(later).order_by(row.seq).limit(limit or None)
        try:
            return [Entry(run, seq, time, decoded(body)) for seq, time, body in connection.execute(statement)]
        except msgspec.DecodeError as error:
            raise UserError("run.damaged", run=run) from error

    @writes
    def keep(self, connection: Connection, run: int, text: str) -> str:
        """Store a long text; returns its handle.

        Runs of a chat share the count, so that a handle stays valid in later answers.
        """
        count = select(func.count()).where(
            RUN_TEXT.c.handle.not_in(_OURS), RUN_TEXT.c.run_id.in_(_together(run))
        )
        handle = f"r{(connection.scalar(count) or 0) + 1}"
        connection.execute(insert(RUN_TEXT).values(run_id=run, handle=handle, text=text))
        return handle

    @writes
    def keep_once(self, connection: Connection, run: int, text: str) -> str:
        """As `keep`, but reuse the handle of an identical text: reads all of the run's texts."""
        columns = RUN_TEXT.c
        same = columns.handle.not_in(_OURS) & (columns.run_id == run) & (columns.text == text)
        return connection.scalar(select(columns.handle).where(same).limit(1)) or self.keep(run, text)

    @reads
    def kept(self, connection: Connection, run: int, handle: str) -> str:
        """The text of a handle. Raises UserError `run.no_text`."""
        of_run = (RUN_TEXT.c.run_id.in_(_together(run)), RUN_TEXT.c.handle == handle)
        text: str | None = None if handle in _OURS else connection.scalar(_texts(*of_run))
        if text is None:
            raise UserError("run.no_text", handle=handle)
        return text


def _texts(*conditions: ColumnElement[bool]) -> Select[str]:
    return select(RUN_TEXT.c.text).where(*conditions)


def _last_event(connection: Connection, run: int) -> RunEvent | None:
    newest = select(RUN_EVENT.c.body).where(RUN_EVENT.c.run_id == run).order_by(RUN_EVENT.c.seq.desc())
    body = connection.scalar(newest.limit(1))
    with contextlib.suppress(msgspec.DecodeError):  # one that is damaged keeps nobody from the others
        return None if body is None else decoded(body)
    return None


def _together(run: int) -> Select[int]:
    """Runs that share handles: those of a chat, or one alone."""
    chat = select(RUN.c.conversation).where(RUN.c.id == run).scalar_subquery()
    return select(RUN.c.id).where((RUN.c.id == run) | ((RUN.c.conversation == chat) & (chat != 0)))


def _is_expired(older_than: float) -> ColumnElement[bool]:
    """Whether a run went to the trash before that time (seconds since 1970), or its chat is gone."""
    is_left_over = (RUN.c.conversation != 0) & RUN.c.conversation.not_in(select(CONVERSATION.c.id))
    parents = RUN.alias()
    stays = select(parents.c.id).where(or_(parents.c.trashed.is_(None), parents.c.trashed >= older_than))
    is_orphan = (RUN.c.parent != 0) & RUN.c.parent.not_in(stays)
    return or_(RUN.c.trashed < older_than, is_left_over, is_orphan)
