"""Full-text search in titles and messages.

Each word of the query must occur; nothing in it is an operator.
"""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, Connection, and_, column, func, literal_column, select, table

from app.store.records import Conversation, SearchHit
from app.store.tables import CONVERSATION, MESSAGE, selection
from engine.text import clean_text

# The trigram index finds nothing shorter, and Korean words often have two syllables.
INDEXED_LENGTH = 3
BEFORE, AFTER = 40, 120


def search(connection: Connection, query: str, limit: int) -> list[SearchHit]:
    """One hit for each conversation outside the trash, at most `limit`: those whose title matches first, then
    those with a message that matches, newest first. The snippet is from the newest such message."""
    words = clean_text(query).split()
    if not words:
        return []
    hits = _by_title(connection, words, limit)
    titled = {hit.conversation.id for hit in hits}
    said = [hit for hit in _by_content(connection, words, limit) if hit.conversation.id not in titled]
    return (hits + said)[:limit]


def _by_title(connection: Connection, words: list[str], limit: int) -> list[SearchHit]:
    row = CONVERSATION.c
    title = func.casefold(row.title)
    statement = (
        selection(CONVERSATION, Conversation)
        .where(row.deleted.is_(None), *(func.instr(title, word.casefold()) > 0 for word in words))
        .order_by(row.updated.desc(), row.id.desc())
        .limit(limit)
    )
    return [SearchHit(Conversation(*found), "") for found in connection.execute(statement)]


def _by_content(connection: Connection, words: list[str], limit: int) -> list[SearchHit]:
    row = CONVERSATION.c
    newest = func.max(MESSAGE.c.id).label("message")
    matching = (
        select(MESSAGE.c.conversation, newest)
        .where(_contains(words), MESSAGE.c.deleted.is_(None))
        .group_by(MESSAGE.c.conversation)
        .subquery()
    )
    statement = (
        selection(CONVERSATION, Conversation)
        .add_columns(MESSAGE.c.content, MESSAGE.c.id)
        .join(matching, matching.c.conversation == row.id)
        .join(MESSAGE, MESSAGE.c.id == matching.c.message)
        .where(row.deleted.is_(None))
        .order_by(row.updated.desc(), row.id.desc())
        .limit(limit)
    )
    return [
        SearchHit(Conversation(*row), snippet(content, words), message)
        for *row, content, message in connection.execute(statement)
    ]


def _contains(words: list[str]) -> ColumnElement[bool]:
    indexed = [word for word in words if len(word) >= INDEXED_LENGTH]
    short = [word for word in words if len(word) < INDEXED_LENGTH]
    conditions: list[ColumnElement[bool]] = [
        MESSAGE.c.content.contains(word, autoescape=True) for word in short
    ]
    if indexed:
        # In quotes, with its own quotes doubled, a word is plain text for FTS5.
        quoted = " ".join('"' + word.replace('"', '""') + '"' for word in indexed)
        index = table("message_fts", column("rowid"))
        matches = literal_column("message_fts").op("MATCH")(quoted)
        conditions.append(MESSAGE.c.id.in_(select(index.c.rowid).where(matches)))
    return and_(*conditions)


def snippet(content: str, words: list[str]) -> str:
    """The text around the first match, on one line."""
    found = re.search("|".join(map(re.escape, words)), content, re.IGNORECASE)
    start, end = found.span() if found else (0, 0)
    first, last = max(0, start - BEFORE), min(len(content), end + AFTER)
    text = " ".join(content[first:last].split())
    return ("…" if first > 0 else "") + text + ("…" if last < len(content) else "")
