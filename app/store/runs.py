"""Runs and their journals. Each function works inside the caller's transaction.

A run belongs to one process, its writer, while it is carried out; events are added by that process alone.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, or_, select, update

from agents.events import Entry, RunEvent, RunFinished, decoded
from app.store import messages, writers
from app.store.errors import no_run, no_run_text
from app.store.records import RUNS_UNDER_WAY, RunRecord, RunState
from app.store.tables import ConversationRow, RunEventRow, RunRow, RunTextRow
from app.store.text import storable_json

# Never the handle of a text.
_START = "start"
_COLUMNS = [getattr(RunRow, name) for name in RunRecord.__struct_fields__]


def add(connection: Connection, run: RunRecord, message: int = 0, start: str = "") -> RunRecord:
    """Add one under a new id; it writes the answer `message` of a chat, unless that is 0.

    `start` is kept for one that ends before its first event.
    """
    values = {name: getattr(run, name) for name in RunRecord.__struct_fields__ if name != "id"}
    result = connection.execute(insert(RunRow).values(**values))
    assert result.inserted_primary_key is not None
    added: int = result.inserted_primary_key[0]
    if message:
        messages.set_run(connection, message, added)
    if start:
        connection.execute(insert(RunTextRow).values(run_id=added, handle=_START, text=start))
    return get(connection, added)


def start_of(connection: Connection, run: int) -> str:
    """The `start` given to `add`; "" for none."""
    statement = select(RunTextRow.text).where(RunTextRow.run_id == run, RunTextRow.handle == _START)
    return connection.scalar(statement) or ""


def get(connection: Connection, id: int) -> RunRecord:
    """One run, also in the trash. Raises UserError `run.missing`."""
    row = connection.execute(select(*_COLUMNS).where(RunRow.id == id)).first()
    if row is None:
        raise no_run(id)
    return RunRecord(*row)


def listed(connection: Connection, trashed: bool) -> list[RunRecord]:
    """Runs outside the trash, or in it, the latest first, without those of chats."""
    place = RunRow.trashed.is_not(None) if trashed else RunRow.trashed.is_(None)
    statement = (
        select(*_COLUMNS)
        .where(place, RunRow.conversation == 0)
        .order_by(RunRow.created.desc(), RunRow.id.desc())
    )
    return [RunRecord(*row) for row in connection.execute(statement)]


def every(connection: Connection) -> list[RunRecord]:
    """All runs, including those of chats and in the trash."""
    return [RunRecord(*row) for row in connection.execute(select(*_COLUMNS).order_by(RunRow.id))]


def change(
    connection: Connection,
    id: int,
    states: Collection[RunState] | None,
    writers: Collection[str] | None,
    /,
    **fields: Any,
) -> RunRecord | None:
    """Set fields of one that is in one of `states` and has one of `writers` (None: any); None if not."""
    statement = update(RunRow).where(RunRow.id == id)
    if states is not None:
        statement = statement.where(RunRow.state.in_(states))
    if writers is not None:
        statement = statement.where(RunRow.writer.in_(writers))
    changed = connection.execute(statement.values(**fields)).rowcount
    return get(connection, id) if changed else None


def recover(connection: Connection, writer: str) -> list[RunRecord]:
    """Mark runs of dead processes "interrupted", or what their journals say if they had ended; returns them."""
    rows = connection.execute(select(*_COLUMNS).where(RunRow.state.in_(RUNS_UNDER_WAY))).all()
    left = [run for run in (RunRecord(*row) for row in rows) if run.writer != writer]
    dead = [run.id for run in left if not (run.writer and writers.is_alive(run.writer))]
    for id in dead:
        state: RunState = "interrupted"
        reason, last = "interrupted", _last_event(connection, id)
        if isinstance(last, RunFinished):
            state, reason = "paused" if last.reason == "paused" else last.status, last.reason
        change(connection, id, None, None, state=state, reason=reason, writer="")
    return [get(connection, id) for id in dead]


def _last_event(connection: Connection, run: int) -> RunEvent | None:
    newest = select(RunEventRow.body).where(RunEventRow.run_id == run).order_by(RunEventRow.seq.desc())
    body = connection.scalar(newest.limit(1))
    return None if body is None else decoded(body)


def append(connection: Connection, run: int, event: RunEvent, now: float) -> Entry:
    """Append an event."""
    last = connection.scalar(select(func.max(RunEventRow.seq)).where(RunEventRow.run_id == run)) or 0
    body = storable_json(event)
    connection.execute(insert(RunEventRow).values(run_id=run, seq=last + 1, time=now, body=body))
    return Entry(run, last + 1, now, decoded(body))


def entries(connection: Connection, run: int, after: int, limit: int) -> list[Entry]:
    """Events after number `after`, at most `limit` unless 0."""
    row = RunEventRow
    statement = (
        select(row.seq, row.time, row.body).where(row.run_id == run, row.seq > after).order_by(row.seq)
    )
    if limit:
        statement = statement.limit(limit)
    return [Entry(run, seq, time, decoded(body)) for seq, time, body in connection.execute(statement)]


def keep_once(connection: Connection, run: int, text: str) -> str:
    """As `keep`, but reuse the handle of an identical text: reads all of the run's texts."""
    same = (
        select(RunTextRow.handle)
        .where(RunTextRow.handle != _START, RunTextRow.run_id == run, RunTextRow.text == text)
        .limit(1)
    )
    return connection.scalar(same) or keep(connection, run, text)


def keep(connection: Connection, run: int, text: str) -> str:
    """Store a text under the next handle.

    Runs of a chat share the count, so that a handle stays valid in later answers.
    """
    texts = RunTextRow.handle != _START
    together = RunTextRow.run_id.in_(_together(run))
    count = connection.scalar(select(func.count()).where(texts, together)) or 0
    handle = f"r{count + 1}"
    connection.execute(insert(RunTextRow).values(run_id=run, handle=handle, text=text))
    return handle


def kept(connection: Connection, run: int, handle: str) -> str:
    """The text of a handle. Raises UserError `run.no_text`."""
    statement = select(RunTextRow.text).where(
        RunTextRow.run_id.in_(_together(run)), RunTextRow.handle == handle
    )
    text: str | None = None if handle == _START else connection.scalar(statement)
    if text is None:
        raise no_run_text(handle)
    return text


def _together(run: int) -> Select[int]:
    """Runs that share handles: those of a chat, or one alone."""
    chat = select(RunRow.conversation).where(RunRow.id == run).scalar_subquery()
    return select(RunRow.id).where((RunRow.id == run) | ((RunRow.conversation == chat) & (chat != 0)))


def expired(connection: Connection, older_than: float) -> list[int]:
    """Runs that went to the trash before that time (seconds since 1970), and those whose chat is gone."""
    return list(connection.scalars(select(RunRow.id).where(_expired(older_than))))


def remove(connection: Connection, id: int, older_than: float) -> bool:
    """Delete one for good; False if it was restored meanwhile."""
    if connection.scalar(select(RunRow.id).where(RunRow.id == id, _expired(older_than))) is None:
        return False
    connection.execute(delete(RunEventRow).where(RunEventRow.run_id == id))
    connection.execute(delete(RunTextRow).where(RunTextRow.run_id == id))
    connection.execute(delete(RunRow).where(RunRow.id == id))
    return True


def _expired(older_than: float) -> ColumnElement[bool]:
    is_left_over = (RunRow.conversation != 0) & RunRow.conversation.not_in(select(ConversationRow.id))
    return or_(RunRow.trashed < older_than, is_left_over)
