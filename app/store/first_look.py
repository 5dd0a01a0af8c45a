"""The list of chats before the store is open: read with SQLite alone, as SQLAlchemy takes longer to import than the
window to start.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import msgspec

from app.store.location import SCHEMA_REVISION
from app.store.records import ChatOptions, Conversation, Project, ProjectOptions

_CHATS = """
SELECT id, title, title_source, pinned, created, updated, deleted, leaf_id, draft, options, origin,
    project, archived, source, queued, attachments
FROM conversation WHERE deleted IS NULL
ORDER BY pinned DESC, updated DESC, id DESC
"""
_PROJECTS = "SELECT id, name, created, deleted, options FROM project WHERE deleted IS NULL"


class FirstLook(NamedTuple):
    """What the list shows: chats as `Conversations.all` of the services has them, and projects by name."""

    chats: Sequence[Conversation] = ()
    projects: Sequence[Project] = ()


def first_look(database: Path) -> FirstLook:
    """The list as far as the file tells. Nothing where it is missing, of another schema or damaged: opening the store
    says what is wrong."""
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            if connection.execute("SELECT version_num FROM alembic_version").fetchone() != (SCHEMA_REVISION,):
                return FirstLook()
            projects = [_project(row) for row in connection.execute(_PROJECTS)]
            return FirstLook(
                [chat for chat in map(_chat, connection.execute(_CHATS)) if not chat.is_blank],
                sorted(projects, key=lambda project: (project.name.casefold(), project.id)),
            )
    except (sqlite3.Error, msgspec.MsgspecError, TypeError):
        return FirstLook()


def _project(row: tuple[object, ...]) -> Project:
    values = dict(zip(Project.__struct_fields__, row, strict=True))
    values["options"] = msgspec.json.decode(str(values["options"]), type=ProjectOptions)
    return msgspec.convert(values, Project)


def _chat(row: tuple[object, ...]) -> Conversation:
    values = dict(zip(Conversation.__struct_fields__, row, strict=True))
    for name in ("pinned", "archived"):
        values[name] = bool(values[name])
    for name in ("queued", "attachments"):
        values[name] = msgspec.json.decode(str(values[name]))
    values["options"] = msgspec.json.decode(str(values["options"]), type=ChatOptions)
    return msgspec.convert(values, Conversation)
