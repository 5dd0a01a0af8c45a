"""Opens the file: checks it, backs it up, migrates its schema.

All of it happens in one transaction that holds the write lock, so that two processes which start at once do
not migrate twice, and a migration that fails half-way leaves the file as it was.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, NullPool, inspect

from app.store.backup import back_up
from app.store.connections import connect
from app.store.errors import damaged, told
from app.store.location import SCHEMA_REVISION, Place
from engine.errors import UserError

log = logging.getLogger(__name__)


def prepare(place: Place, busy_timeout: float, now: float) -> None:
    """Create or migrate the file, in WAL mode. `now` in seconds since 1970 dates the backup.

    Raises UserError `store.read_only`, `store.locked`, `store.disk_full`, `store.damaged`,
    `store.newer_version` or `store.backup_failed`; the file is then as it was.
    """
    try:
        place.database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UserError("store.read_only", folder=str(place.database.parent)) from error
    # Without foreign keys: to change a table, SQLite makes a new one and drops the old.
    engine = connect(place.database, busy_timeout, foreign_keys=False, pool=NullPool)
    try:
        with told(place), engine.connect().execution_options(write=True) as connection, connection.begin():
            _bring_up_to_date(connection, place, now)
        with told(place):
            use_wal(place.database, busy_timeout)
    finally:
        engine.dispose()


def _bring_up_to_date(connection: Connection, place: Place, now: float) -> None:
    revision = _revision(connection, place)
    if revision == SCHEMA_REVISION:
        return
    # Imported here: it is needed once per new version, and costs a noticeable part of the start.
    from app.store.migrations.running import is_known, upgrade

    if revision is not None:
        if not is_known(revision):
            raise UserError("store.newer_version", path=str(place.database))
        back_up(place, now, revision)
    upgrade(connection)
    log.info("The database came from schema %s to %s", revision or "none", SCHEMA_REVISION)
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise damaged(place)


def _revision(connection: Connection, place: Place) -> str | None:
    """The schema revision of the file, None for an empty one."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables:  # a database of another program
        raise damaged(place)
    revision: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if revision is None:
        raise damaged(place)
    return revision


def use_wal(path: Path, busy_timeout: float) -> None:
    """Switch to WAL, which is persistent. Where the file system cannot, SQLite stays with its journal.

    The switch needs the file for itself for a moment and does not wait on its own, hence the repetition.
    """
    deadline = time.monotonic() + busy_timeout
    with closing(sqlite3.connect(path, timeout=busy_timeout)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return
