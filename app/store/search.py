"""Full-text search in titles and messages, and in the names of what is attached.

Each word of the query must occur; nothing in it is an operator.
"""

from __future__ import annotations

import re

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    column,
    func,
    literal_column,
    select,
    table,
    true,
)

from app.store.plain_text import pattern, plain
from app.store.records import Conversation, SearchHit
from app.store.tables import CONVERSATION, HAS_ATTACHMENTS, MESSAGE, selection
from engine.text import clean_text

# The trigram index finds nothing shorter, and Korean words often have two syllables.
INDEXED_LENGTH = 3
# The match stands near the beginning, where a narrow row still shows it.
BEFORE, AFTER = 24, 120


def search(connection: Connection, query: str, limit: int) -> list[SearchHit]:
    """One hit for each conversation outside the trash, at most `limit`: those whose title matches first, then
    those with a message that matches, then those with a file whose name does, newest first. The snippet is from the
    newest such message of the shown branch, else of the others, or that name."""
    words = clean_text(query).split()
    if not words:
        return []
    hits: dict[int, SearchHit] = {}
    for search_by in (_by_title, _by_content, _by_file_name):
        for hit in search_by(connection, words, limit):
            hits.setdefault(hit.conversation.id, hit)
    return list(hits.values())[:limit]


def _by_title(connection: Connection, words: list[str], limit: int) -> list[SearchHit]:
    row = CONVERSATION.c
    title = func.casefold(row.title)
    statement = (
        selection(CONVERSATION, Conversation)
        .where(row.deleted.is_(None), *(func.instr(title, word.casefold()) > 0 for word in words))
        .order_by(row.updated.desc(), row.id.desc())
        .limit(limit)
    )
    titled = [Conversation(*found) for found in connection.execute(statement)]
    return [SearchHit(found, marks=_marks(pattern(words), found.title)) for found in titled]


def _by_content(connection: Connection, words: list[str], limit: int) -> list[SearchHit]:
    row = CONVERSATION.c
    hits = select(MESSAGE.c.id, MESSAGE.c.conversation).where(_contains(words), MESSAGE.c.deleted.is_(None))
    found = hits.cte("found")
    chosen = (
        select(row.id, row.leaf, func.min(found.c.id).label("least"))
        .join(found, found.c.conversation == row.id)
        .where(row.deleted.is_(None))
        .group_by(row.id)
        .order_by(row.updated.desc(), row.id.desc())
        .limit(limit)
        .cte("chosen")
    )
    # Up the shown branches, no further than to the first message that matches: a parent is older than its child.
    shown = select(chosen.c.leaf.label("message"), chosen.c.least).cte("shown", recursive=True)
    parent = (MESSAGE.c.id == shown.c.message) & (MESSAGE.c.parent >= shown.c.least)
    shown = shown.union_all(select(MESSAGE.c.parent, shown.c.least).where(parent))
    is_shown = case((found.c.id.in_(select(shown.c.message)), found.c.id))
    best = func.coalesce(func.max(is_shown), func.max(found.c.id)).label("message")
    of_each = (
        select(best)
        .join(chosen, chosen.c.id == found.c.conversation)
        .group_by(found.c.conversation)
        .subquery()
    )
    statement = (
        selection(CONVERSATION, Conversation)
        .add_columns(MESSAGE.c.content, MESSAGE.c.id)
        .join(MESSAGE, MESSAGE.c.conversation == row.id)
        .where(MESSAGE.c.id.in_(select(of_each.c.message)))
        .order_by(row.updated.desc(), row.id.desc())
    )
    return [
        SearchHit(Conversation(*row), *excerpt(content, words), message)
        for *row, content, message in connection.execute(statement)
    ]


def _by_file_name(connection: Connection, words: list[str], limit: int) -> list[SearchHit]:
    row = CONVERSATION.c
    files = func.json_each(MESSAGE.c.attachments).table_valued("value")
    name = func.json_extract(files.c.value, "$.name")
    matches = (func.instr(func.casefold(name), word.casefold()) > 0 for word in words)
    statement = (
        # Of the rows of a conversation, SQLite gives the name from the one with the greatest id.
        selection(CONVERSATION, Conversation)
        .add_columns(name, func.max(MESSAGE.c.id))
        .join(MESSAGE, MESSAGE.c.conversation == row.id)
        .join(files, true())
        .where(HAS_ATTACHMENTS, MESSAGE.c.deleted.is_(None), row.deleted.is_(None), *matches)
        .group_by(row.id)
        .order_by(row.updated.desc(), row.id.desc())
        .limit(limit)
    )
    return [
        SearchHit(Conversation(*found), name, _marks(pattern(words), name), message)
        for *found, name, message in connection.execute(statement)
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


def excerpt(content: str, words: list[str]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text around the first match, on one line and without markup, and where the words stand in it."""
    wanted, text = pattern(words), plain(content)
    match = wanted.search(text)
    if match is None:  # in what is not shown, such as the address of a link
        text = content
        match = wanted.search(text)
    start, end = match.span() if match else (0, 0)
    first, last = max(0, start - BEFORE), min(len(text), end + AFTER)
    if first > 0 and (space := re.search(r"\s", text[first:start])):
        first += space.end()
    line = " ".join(text[first:last].split())
    line = ("…" if first > 0 else "") + line + ("…" if last < len(text) else "")
    return line, _marks(wanted, line)


def _marks(wanted: re.Pattern[str], line: str) -> tuple[tuple[int, int], ...]:
    return tuple(found.span() for found in wanted.finditer(line))
