"""Chats as a whole: what goes out of a store and into another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, Table, func, insert, select, update

from app.store.compaction_points import CompactionPoints
from app.store.contents import Contents
from app.store.conversations import Conversations
from app.store.database import Part, reads, writes
from app.store.grown_chats import Here, growth
from app.store.messages import Messages
from app.store.records import RUNS_UNDER_WAY, Conversation, Message, WholeChat, WholeRun, attached_to
from app.store.runs import Runs
from app.store.tables import CONVERSATION, CUT, MESSAGE, RUN_EVENT, RUN_TEXT, storable_json

_OWN = "coterie:"


class WholeChats(Part):
    """`Store.whole_chats`."""

    @reads
    def get(self, connection: Connection, id: int, *, contents: bool = True) -> WholeChat:
        """One conversation, its deleted messages left out; without `contents` of attachments where they are not
        needed. Raises UserError `store.no_conversation`."""
        conversation = Conversations(self.database).get(id)
        row = MESSAGE.c
        kept = (row.conversation == id) & row.deleted.is_(None)
        ids = list(connection.scalars(select(row.id).where(kept).order_by(row.id)))
        shown = tuple(connection.scalars(select(row.id).where(kept).order_by(row.used)))
        cuts = tuple(reversed(CompactionPoints(self.database).active(id)))
        messages = tuple(Messages(self.database).get_all(ids))
        runs = tuple(self._run(connection, run) for run in sorted({m.run for m in messages if m.run}))
        waiting = [each for question in conversation.queued for each in attached_to(question)]
        attachments = [
            *conversation.attachments,
            *waiting,
            *(each for m in messages for each in m.attachments),
        ]
        held = Contents(self.database).of(id, attachments) if contents else {}
        return WholeChat(
            conversation, messages, shown, tuple(c for c in cuts if c.first in shown), runs, held
        )

    @reads
    def sources(self, connection: Connection) -> dict[str, int | None]:
        """What the conversations here come from, their own `identity` where they were begun here, and which they are;
        None for one in the trash."""
        found = Conversations(self.database).select(connection, Conversations(self.database).selection)
        trash = {identity(each): None for each in found if each.deleted is not None}
        return trash | {identity(each): each.id for each in found if each.deleted is None}

    @reads
    def tallies(self, connection: Connection) -> dict[int, tuple[int, str]]:
        """For each conversation with messages how many it has, and the model of its newest answer, "" for none."""
        row = MESSAGE.c
        of_each = (
            select(row.conversation, func.count()).where(row.deleted.is_(None)).group_by(row.conversation)
        )
        newest = (
            select(func.max(row.id)).where(row.deleted.is_(None), row.model != "").group_by(row.conversation)
        )
        named = select(row.conversation, row.model).where(row.id.in_(newest))
        models = {int(id): str(model) for id, model in connection.execute(named)}
        return {int(id): (int(n), models.get(id, "")) for id, n in connection.execute(of_each)}

    @writes
    def add(self, connection: Connection, chat: WholeChat) -> Conversation:
        """Add a conversation with all that belongs to it, under new ids; its times stay.

        An answer that was being written is stopped. Raises ValueError for a message in front of its parent.
        """
        Contents(self.database).put_all(chat.conversation.id, chat.contents)
        conversations = Conversations(self.database)
        given = chat.conversation
        id: int = conversations.insert(connection, given, id=0, leaf=None)
        runs = {run.record.id: self._add_run(connection, run, id) for run in chat.runs}
        ids = _new_ids(connection, MESSAGE, [message.id for message in chat.messages])
        used = {message: place for place, message in enumerate(chat.shown, 1)}
        rows = [_row(message, id, ids, runs, used) for message in chat.messages]
        if rows:
            connection.execute(insert(MESSAGE), rows)
        for cut in chat.cuts:
            values = {
                **msgspec.structs.asdict(cut),
                "conversation": id,
                "first": ids[cut.first],
                "active": True,
            }
            del values["id"]
            connection.execute(insert(CUT).values(**values))
        leaf = None if given.leaf is None else ids[given.leaf]
        connection.execute(update(CONVERSATION).where(CONVERSATION.c.id == id).values(leaf=leaf))
        return conversations.get(id)

    @writes
    def add_all(self, _: Connection, chats: Sequence[WholeChat]) -> list[Conversation]:
        """Add conversations as `add` does, all of them or none: the index of many is written at once."""
        return [self.add(chat) for chat in chats]

    @reads
    def has_grown(self, connection: Connection, id: int, chat: WholeChat) -> bool:
        """Whether a chat that was imported as this conversation has more by now."""
        return bool(growth(_messages_here(connection, id), chat))

    @writes
    def grow(self, connection: Connection, id: int, chat: WholeChat) -> Conversation | None:
        """Add to a conversation what a chat that was imported as it has more; None where that is nothing.

        What was written here stays. The newest of the chat is shown where nothing was written behind it here.
        Raises ValueError as `add`.
        """
        before = _messages_here(connection, id)
        more = growth(before, chat)
        if not more:
            return None
        Contents(self.database).put_all(id, chat.contents)
        for place, message in more.longer.items():
            _lengthen(connection, place, message)
        wanted = {message.run for message in more.new}
        runs = {
            run.record.id: self._add_run(connection, run, id) for run in chat.runs if run.record.id in wanted
        }
        added = _new_ids(connection, MESSAGE, [message.id for message in more.new])
        ids = {**more.known, **added}
        rows = [_row(message, id, ids, runs, {}) for message in more.new]
        if rows:
            connection.execute(insert(MESSAGE), rows)
        conversation = Conversations(self.database).get(id)
        updated = max(conversation.updated, chat.conversation.updated)
        connection.execute(update(CONVERSATION).where(CONVERSATION.c.id == id).values(updated=updated))
        parents = {message.id: message.parent for message in before}
        parents |= {added[message.id]: message.parent and ids[message.parent] for message in more.new}
        end = added.get(chat.conversation.leaf or 0)
        if end is not None and conversation.leaf in _branch(parents, end):
            return Messages(self.database).show(end)
        return Conversations(self.database).get(id)

    def _run(self, connection: Connection, id: int) -> WholeRun:
        runs, row = Runs(self.database), RUN_TEXT.c
        found = connection.execute(select(row.handle, row.text).where(row.run_id == id))
        texts = {str(handle): str(text) for handle, text in found}
        return WholeRun(runs.get(id), tuple(runs.entries(id)), texts)

    def _add_run(self, connection: Connection, run: WholeRun, conversation: int) -> int:
        state = "interrupted" if run.record.state in RUNS_UNDER_WAY else run.record.state
        id: int = Runs(self.database).insert(
            connection, run.record, id=0, conversation=conversation, state=state, writer=""
        )
        events = [
            {"run_id": id, "seq": entry.seq, "time": entry.time, "body": storable_json(entry.event)}
            for entry in run.entries
        ]
        texts = [{"run_id": id, "handle": handle, "text": text} for handle, text in run.texts.items()]
        for table, rows in ((RUN_EVENT, events), (RUN_TEXT, texts)):
            if rows:
                connection.execute(insert(table), rows)
        return id


def _messages_here(connection: Connection, conversation: int) -> list[Here]:
    row = MESSAGE.c
    columns = (row.id, row.parent, row.role, row.content, row.reasoning, row.tool_calls, row.created)
    of_it = select(*columns, row.deleted.is_not(None)).where(row.conversation == conversation)
    return [
        Here(id, parent, role, content, reasoning, storable_json(calls), created, bool(deleted))
        for id, parent, role, content, reasoning, calls, created, deleted in connection.execute(
            of_it.order_by(row.id)
        )
    ]


def _branch(parents: Mapping[int, int | None], end: int) -> set[int | None]:
    """The messages from the first to the one that ends the branch, and None for what is in front of them."""
    branch, at = {None, end}, parents[end]
    while at is not None:
        branch.add(at)
        at = parents[at]
    return branch


def _lengthen(connection: Connection, id: int, message: Message) -> None:
    """Let an answer that has ended say what it says by now."""
    ended = (MESSAGE.c.id == id) & (MESSAGE.c.state != "streaming")
    values = {
        "content": message.content,
        "reasoning": message.reasoning,
        "tool_calls": message.tool_calls,
        "state": "stopped" if message.state == "streaming" else message.state,
    }
    connection.execute(update(MESSAGE).where(ended).values(values))


def identity(conversation: Conversation) -> str:
    """The name of a conversation beyond this store: what it was imported from, else its own."""
    return conversation.source or f"{_OWN}{conversation.id}:{conversation.created!r}"


def is_of_another_app(conversation: Conversation) -> bool:
    """Whether it was imported, and was not begun in Coterie."""
    return bool(conversation.source) and not conversation.source.startswith(_OWN)


def _new_ids(connection: Connection, table: Table, old: Sequence[int]) -> dict[int, int]:
    """Ids that were never given before."""
    sequence = "SELECT seq FROM sqlite_sequence WHERE name = ?"
    last = connection.exec_driver_sql(sequence, (table.name,)).scalar() or 0
    return {id: new for new, id in enumerate(old, last + 1)}


def _row(
    message: Message,
    conversation: int,
    ids: Mapping[int, int],
    runs: Mapping[int, int],
    used: Mapping[int, int],
) -> dict[str, object]:
    values = {name: getattr(message, name) for name in message.__struct_fields__}
    del values["sibling"], values["siblings"]
    parent = None if message.parent is None else ids[message.parent]
    if parent is not None and parent >= ids[message.id]:
        raise ValueError(f"message {message.id} stands in front of its parent")
    return {
        **values,
        "id": ids[message.id],
        "conversation": conversation,
        "parent": parent,
        "run": runs.get(message.run, 0),
        "state": "stopped" if message.state == "streaming" else message.state,
        "used": used.get(message.id, 0),
        "writer": None,
        "deleted": None,
    }
