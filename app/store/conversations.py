"""Conversations, without their messages. A deleted one stays whole in the trash until that is emptied."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from app.store import search
from app.store.database import Records, reads, writes
from app.store.errors import no_conversation
from app.store.records import ChatOptions, Conversation, SearchHit, TitleSource
from app.store.tables import CONVERSATION, CUT, MESSAGE


class Conversations(Records[Conversation]):
    """`Store.conversations`. Methods that take an id raise UserError `store.no_conversation`."""

    record = Conversation
    table = CONVERSATION

    @writes
    def create(
        self,
        connection: Connection,
        options: ChatOptions = ChatOptions(),  # noqa: B008
        origin: int | None = None,
    ) -> Conversation:
        """Create a conversation; `origin` is the one it was begun from."""
        now = self.database.clock()
        new = Conversation(0, "", "none", False, now, now, None, None, "", options, origin)
        return self.get(self.insert(connection, new))

    def get(self, id: int) -> Conversation:
        """One conversation, also in the trash."""
        found = self.find(id)
        if found is None:
            raise no_conversation(id)
        return found

    @reads
    def all(self, connection: Connection) -> list[Conversation]:
        """Conversations outside the trash: pinned first, then by their last message, newest first."""
        columns = CONVERSATION.c
        order = (columns.pinned.desc(), columns.updated.desc(), columns.id.desc())
        return self.select(connection, self.selection.where(columns.deleted.is_(None)).order_by(*order))

    @reads
    def search(self, connection: Connection, query: str, limit: int = 200) -> list[SearchHit]:
        """Conversations whose title, or one of whose messages, contains every word of the query."""
        return search.search(connection, query, limit)

    @writes
    def rename(self, _: Connection, id: int, title: str, source: TitleSource) -> Conversation:
        """Set a title; one that the user wrote is kept when `source` is "auto"."""
        before = self.get(id)
        if source == "auto" and before.title_source == "user":
            return before
        return self.set(id, title=title, title_source=source)

    def set(self, id: int, **fields: Any) -> Conversation:
        """Set fields; none of them moves the conversation in the list but `updated`."""
        changed = self.change(id, **fields)
        if changed is None:
            raise no_conversation(id)
        return changed

    @writes
    def rework(
        self, _: Connection, id: int, change: Callable[[Conversation], Mapping[str, Any]]
    ) -> Conversation:
        """Set the fields that `change` makes of a conversation, as one step for all who do so."""
        return self.set(id, **change(self.get(id)))

    @reads
    def get_all(self, connection: Connection, /, ids: Iterable[int]) -> list[Conversation]:
        """Those of these (any number) that are there."""
        return self.select(connection, self.selection.where(_among(ids)))

    @writes
    def set_all(self, connection: Connection, /, ids: Iterable[int], **fields: Any) -> list[Conversation]:
        """Set fields of all of these (any number) at once; returns those that are there."""
        wanted = _among(ids)
        connection.execute(update(CONVERSATION).where(wanted).values(**fields))
        return self.select(connection, self.selection.where(wanted))

    @writes
    def delete(self, _: Connection, id: int) -> Conversation:
        """Move a conversation to the trash; keeps the time of the first deletion."""
        before = self.get(id)
        return before if before.deleted is not None else self.set(id, deleted=self.database.clock())

    def restore(self, id: int) -> Conversation:
        """Take a conversation out of the trash."""
        return self.set(id, deleted=None)

    @reads
    def trash(self, connection: Connection) -> list[Conversation]:
        """Deleted conversations, the latest first."""
        deleted = CONVERSATION.c.deleted
        order = (deleted.desc(), CONVERSATION.c.id.desc())
        return self.select(connection, self.selection.where(deleted.is_not(None)).order_by(*order))

    def empty_trash(self, older_than: float) -> int:
        """Delete for good what was deleted before that time (seconds since 1970); returns the count.

        One at a time, so that an answer which streams meanwhile is still saved.
        """
        return sum(self._expire(found.id, older_than) for found in self.trash())

    def purge(self, ids: Iterable[int]) -> int:
        """Delete these for good, where they are in the trash; returns the count."""
        return sum(self._expire(id, math.inf) for id in ids)

    @writes
    def _expire(self, connection: Connection, id: int, older_than: float) -> bool:
        """Delete one for good; False if it was not deleted by then, or restored meanwhile."""
        columns = CONVERSATION.c
        expired = (columns.id == id) & (columns.deleted < older_than)
        # The leaf first: it points at a message. Then all messages in one statement, at whose end the keys from
        # child to parent are checked.
        if connection.execute(update(CONVERSATION).where(expired).values(leaf=None)).rowcount == 0:
            return False
        connection.execute(delete(CUT).where(CUT.c.conversation == id))
        connection.execute(update(CONVERSATION).where(columns.origin == id).values(origin=None))
        connection.execute(delete(MESSAGE).where(MESSAGE.c.conversation == id))
        return self.remove(id)


def _among(ids: Iterable[int]) -> ColumnElement[bool]:
    each = func.json_each(msgspec.json.encode(list(ids)).decode()).table_valued("value")
    return CONVERSATION.c.id.in_(select(each.c.value))
