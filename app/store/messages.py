"""Messages: the tree of each conversation, the shown branch, answers while they stream.

A message is never moved, and its parent is older than itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    Connection,
    delete,
    func,
    insert,
    select,
    update,
)

from app.store.branches import KEPT, LAST_MODEL, MESSAGES, PATH, below, branch_of, shown_last
from app.store.database import Part, inserted, reads, writes
from app.store.errors import no_conversation, no_message
from app.store.finding import count_in
from app.store.records import Attachment, Conversation, Given, Message, MessageState, Source
from app.store.tables import CONVERSATION, CUT, HAS_GIVEN, MESSAGE, selection
from engine.errors import ErrorInfo
from engine.values import Role, Timings, ToolCall, Usage


class Messages(Part):
    """`Store.messages`. Methods that take the id of a message raise UserError `store.no_message`."""

    @writes
    def add(
        self,
        connection: Connection,
        conversation: int,
        parent: int | None,
        role: Role,
        content: str,
        *,
        reasoning: str = "",
        state: MessageState = "done",
        model: str = "",
        dequeues: bool = False,
        keeps_draft: bool = False,
        attachments: Sequence[Attachment] = (),
        sources: Sequence[Source] = (),
        notices: Sequence[ErrorInfo] = (),
    ) -> Message:
        """Add a message below `parent` (None: a first message) and show the branch that it ends.

        Below a parent that has children it is a variant of them: what an edit and a new answer are. With `dequeues`
        it leaves the queue of the conversation, of which it is the first; else `attachments` leave its draft, unless
        it `keeps_draft`.
        Raises UserError `store.no_conversation`, and `store.no_message` for a parent from elsewhere.
        """
        owner = CONVERSATION.c.id == conversation
        if connection.scalar(select(CONVERSATION.c.id).where(owner)) is None:
            raise no_conversation(conversation)
        is_there = (MESSAGE.c.id == parent) & (MESSAGE.c.conversation == conversation) & KEPT
        if parent is not None and connection.scalar(select(MESSAGE.c.id).where(is_there)) is None:
            raise no_message(parent)
        now = self.database.clock()
        statement = insert(MESSAGE).values(
            parent=parent,
            conversation=conversation,
            used=_next_use(connection, conversation),
            role=role,
            state=state,
            created=now,
            writer=self.writer if state == "streaming" else None,
            model=model,
            content=content,
            reasoning=reasoning,
            attachments=tuple(attachments),
            sources=tuple(sources),
            notices=tuple(notices),
        )
        message: int = inserted(connection, statement)
        connection.execute(update(CONVERSATION).where(owner).values(leaf=message, updated=now))
        if attachments and not (dequeues or keeps_draft):
            connection.execute(update(CONVERSATION).where(owner).values(attachments=()))
        if dequeues:
            queued = connection.scalar(select(CONVERSATION.c.queued).where(owner)) or ()
            connection.execute(update(CONVERSATION).where(owner).values(queued=queued[1:]))
        return self.get(message)

    @reads
    def given(self, connection: Connection, conversation: int) -> dict[int, Given]:
        """What the questions of a conversation were given, by their ids; of those that were given anything."""
        having = (MESSAGE.c.conversation == conversation) & HAS_GIVEN
        return {
            row.id: Given(row.sources, row.notices)
            for row in connection.execute(
                select(MESSAGE.c.id, MESSAGE.c.sources, MESSAGE.c.notices).where(having)
            )
        }

    @writes
    def save(self, connection: Connection, message: int, content: str, reasoning: str) -> None:
        """Save the whole text so far of a streaming answer; a crash loses only what came after.

        Does nothing to an answer that has ended: a late save does not undo the ending.
        """
        streaming = (MESSAGE.c.id == message) & (MESSAGE.c.state == "streaming")
        statement = update(MESSAGE).where(streaming).values(content=content, reasoning=reasoning)
        if connection.execute(statement).rowcount == 0 and self.home(message) is None:
            raise no_message(message)

    def finish(
        self,
        message: int,
        content: str,
        reasoning: str,
        state: MessageState,
        *,
        error: ErrorInfo | None = None,
        usage: Usage | None = None,
        timings: Timings | None = None,
        model: str = "",
        tool_calls: tuple[ToolCall, ...] = (),
        notices: tuple[ErrorInfo, ...] = (),
    ) -> Message:
        """Save the whole text and the end of an answer; an empty `model` keeps the previous value.

        From now on the search finds it.
        """
        return self._set(
            message,
            content=content,
            reasoning=reasoning,
            state=state,
            error=error,
            usage=usage,
            timings=timings,
            tool_calls=tool_calls,
            notices=notices,
            writer=None,
            **({"model": model} if model else {}),
        )

    def resume(self, message: int) -> Message:
        """Resume a stopped answer in place: it is "streaming" again with the text it has."""
        return self._set(message, state="streaming", writer=self.writer, error=None)

    def set_better(self, message: int, better: bool) -> Message:
        """Set whether the person preferred this answer to those of other models."""
        return self._set(message, better=better)

    @reads
    def preferred(self, connection: Connection) -> dict[str, int]:
        """How many answers of each model were preferred."""
        count = func.count().label("count")
        found = select(MESSAGE.c.model, count).where(MESSAGE.c.better, KEPT).group_by(MESSAGE.c.model)
        return {str(model): int(times) for model, times in connection.execute(found)}

    def set_sources(
        self, message: int, sources: Sequence[Source], notices: Sequence[ErrorInfo] = ()
    ) -> Message:
        """Set what a question, or an answer that searches by itself, was given to be answered from, and `notices` of
        that where there are any."""
        if notices:
            return self._set(message, sources=tuple(sources), notices=tuple(notices))
        return self._set(message, sources=tuple(sources))

    def set_run(self, message: int, run: int) -> Message:
        """Set the run that writes this answer with tools."""
        return self._set(message, run=run)

    @writes
    def recover(self, connection: Connection) -> list[Message]:
        """Mark answers of dead processes as "stopped"; returns them.

        Those that this store or another living process is writing are left alone.
        """
        id, writer = MESSAGE.c.id, MESSAGE.c.writer
        found = connection.execute(select(id, writer).where(writer.is_not(None)).order_by(id))
        left = [id for id, writer in found if writer and self.is_left(writer)]
        return [self._set(message, state="stopped", writer=None) for message in left]

    @writes
    def _set(self, connection: Connection, /, message: int, **fields: Any) -> Message:
        if connection.execute(update(MESSAGE).where(MESSAGE.c.id == message).values(**fields)).rowcount == 0:
            raise no_message(message)
        return self.get(message)

    @reads
    def home(self, connection: Connection, message: int) -> int | None:
        """The conversation of a message, None if there is no such message."""
        found: int | None = connection.scalar(select(MESSAGE.c.conversation).where(MESSAGE.c.id == message))
        return found

    def get(self, message: int) -> Message:
        """One message."""
        return self.get_all([message])[0]

    @reads
    def get_all(self, connection: Connection, ids: Sequence[int]) -> list[Message]:
        """Any number of messages, in the order of `ids`."""
        if not ids:
            return []
        wanted = msgspec.json.encode(ids).decode()
        found = [Message(*row) for row in connection.execute(MESSAGES, {"ids": wanted})]
        if len(found) != len(ids):
            present = {message.id for message in found}
            raise no_message(next(message for message in ids if message not in present))
        return found

    @reads
    def path(self, connection: Connection, conversation: int) -> list[int]:
        """The ids of the shown branch, from its first message to the leaf.

        Raises UserError `store.no_conversation`.
        """
        ids = connection.execute(PATH, branch_of(connection, conversation)).scalar_one()
        return msgspec.json.decode(ids, type=list[int])

    @reads
    def last_model(self, connection: Connection, conversation: int) -> str:
        """What wrote the last answer of the shown branch that says so (`Message.model`), else "".

        Raises UserError `store.no_conversation`.
        """
        return connection.scalar(LAST_MODEL, branch_of(connection, conversation)) or ""

    @reads
    def find(
        self, connection: Connection, conversation: int, phrases: Sequence[str]
    ) -> list[tuple[int, int]]:
        """Each message of the shown branch that contains one of the phrases, in order, with how often: in any case,
        markup left out. Raises UserError `store.no_conversation`."""
        return count_in(connection, self.path(conversation), phrases)

    @reads
    def siblings(self, connection: Connection, message: int) -> list[int]:
        """The variants of a message, itself included unless it is deleted, oldest first."""
        columns = MESSAGE.c
        place = connection.execute(select(columns.conversation, columns.parent).where(columns.id == message))
        found = place.first()
        if found is None:
            raise no_message(message)
        beside = (columns.conversation == found[0]) & columns.parent.is_(found[1]) & KEPT
        return list(connection.scalars(select(columns.id).where(beside).order_by(columns.id)))

    @writes
    def show(self, connection: Connection, message: int) -> Conversation:
        """Show the branch through `message`, down to the leaf shown last."""
        conversation = self.home(message)
        if conversation is None:
            raise no_message(message)
        leaf = shown_last(connection, MESSAGE.c.id == message)
        if leaf is None:
            raise no_message(message)
        return _show_leaf(connection, conversation, leaf)

    @writes
    def delete(self, connection: Connection, message: int) -> Conversation:
        """Delete a message and what follows it, until `restore`, and show the variant beside it that was shown last,
        else the branch up to it."""
        record, down = self.get(message), below(MESSAGE.c.id == message)
        gone = MESSAGE.c.id.in_(select(down.c.id))
        connection.execute(update(MESSAGE).where(gone, KEPT).values(deleted=self.database.clock()))
        beside = (MESSAGE.c.conversation == record.conversation) & MESSAGE.c.parent.is_(record.parent)
        leaf = shown_last(connection, beside)
        return _show_leaf(connection, record.conversation, record.parent if leaf is None else leaf)

    @writes
    def restore(self, connection: Connection, message: int) -> Conversation:
        """Undo `delete`, and show the message again."""
        record, down = self.get(message), below(MESSAGE.c.id == message, kept=False)
        if record.parent is not None and record.parent not in self.siblings(record.parent):
            raise no_message(record.parent)
        deleted = connection.scalar(select(MESSAGE.c.deleted).where(MESSAGE.c.id == message))
        of_it = MESSAGE.c.id.in_(select(down.c.id)) & (MESSAGE.c.deleted == deleted)
        connection.execute(update(MESSAGE).where(of_it).values(deleted=None))
        return self.show(message)

    @writes
    def empty_trash(self, connection: Connection, older_than: float) -> int:
        """Delete for good what was deleted before that time (seconds since 1970); returns the count."""
        expired = MESSAGE.c.deleted < older_than
        connection.execute(delete(CUT).where(CUT.c.first.in_(select(MESSAGE.c.id).where(expired))))
        # What is beneath a deleted message was deleted no later.
        return connection.execute(delete(MESSAGE).where(expired)).rowcount


def _show_leaf(connection: Connection, conversation: int, leaf: int | None) -> Conversation:
    used = _next_use(connection, conversation)
    connection.execute(update(MESSAGE).where(MESSAGE.c.id == leaf).values(used=used))
    shown = CONVERSATION.c.id == conversation
    connection.execute(update(CONVERSATION).where(shown).values(leaf=leaf))
    row = connection.execute(selection(CONVERSATION, Conversation).where(shown)).one()
    return Conversation(*row)


def _next_use(connection: Connection, conversation: int) -> int:
    """The next value for `message.used`."""
    columns = MESSAGE.c
    used = connection.scalar(select(func.max(columns.used)).where(columns.conversation == conversation))
    return 1 if used is None else used + 1
