"""The list of chats before the store is open: read with SQLite alone, as SQLAlchemy takes longer to import than the
window to start.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from app.store.location import SCHEMA_REVISION
from app.store.records import ChatOptions, Conversation

_CHATS = """
SELECT id, title, title_source, pinned, created, updated, deleted, leaf_id, draft, options, origin,
    project, archived, source, queued
FROM conversation WHERE deleted IS NULL ORDER BY pinned DESC, updated DESC, id DESC
"""


def conversations(database: Path) -> list[Conversation]:
    """Conversations outside the trash, in the order of `Store.conversations.all`. None where the file is missing, of
    another schema or damaged: opening the store says what is wrong."""
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            if connection.execute("SELECT version_num FROM alembic_version").fetchone() != (SCHEMA_REVISION,):
                return []
            return [_record(row) for row in connection.execute(_CHATS)]
    except (sqlite3.Error, msgspec.MsgspecError, TypeError):
        return []


def _record(row: tuple[object, ...]) -> Conversation:
    values = dict(zip(Conversation.__struct_fields__, row, strict=True))
    for name in ("pinned", "archived"):
        values[name] = bool(values[name])
    values["queued"] = msgspec.json.decode(str(values["queued"]))
    values["options"] = msgspec.json.decode(str(values["options"]), type=ChatOptions)
    return msgspec.convert(values, Conversation)
