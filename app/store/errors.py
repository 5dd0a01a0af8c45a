"""Maps SQLite's result codes (https://www.sqlite.org/rescode.html) to errors for a person."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from app.store.location import Place
from engine.errors import UserError

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_READ_ONLY = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN}
# SQLite calls only ENOSPC "full"; a quota or a file size limit surfaces as a failed write.
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}


def no_conversation(conversation: int) -> UserError:
    return UserError("store.no_conversation", conversation=conversation)


def no_message(message: int) -> UserError:
    return UserError("store.no_message", message=message)


def no_project(project: int) -> UserError:
    return UserError("store.no_project", project=project)


def damaged(place: Place) -> UserError:
    """The error for a damaged file; names the newest backup, if there is one."""
    backup = place.newest_backup()
    if backup is None:
        return UserError("store.damaged_without_backup", path=str(place.database))
    return UserError("store.damaged", path=str(place.database), backup=str(backup))


def user_error(error: BaseException | None, place: Place) -> UserError | None:
    """The UserError for an error of SQLite; None if it is a bug of ours and not the machine's state."""
    extended = getattr(error, "sqlite_errorcode", None)
    if not isinstance(extended, int):
        return None
    primary = extended & 0xFF
    if primary in _DAMAGED:
        return damaged(place)
    if primary in _LOCKED:
        return UserError("store.locked", path=str(place.database))
    if primary in _READ_ONLY:
        return UserError("store.read_only", folder=str(place.database.parent))
    if primary in _FULL or extended in _FULL:
        return UserError("store.disk_full", folder=str(place.database.parent))
    if primary == sqlite3.SQLITE_IOERR:
        return UserError("store.disk_error", folder=str(place.database.parent), detail=str(error))
    return None


@contextmanager
def told(place: Place) -> Iterator[None]:
    """Turns the errors of SQLite inside into `UserError`s; others pass."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        known = user_error(cause, place)
        if known is None:
            raise
        raise known from error
