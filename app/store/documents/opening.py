"""Opens `documents.db`; one that is damaged is set aside and begun anew."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, Engine, QueuePool

from app.store.connections import connect
from app.store.database import Database
from app.store.errors import told
from app.store.location import Place
from app.store.opening import use_wal
from engine.errors import UserError

log = logging.getLogger(__name__)
FILE = "documents.db"
VERSION = 3
DAMAGED = ("store.damaged", "store.damaged_without_backup")
# Deletes by row alone; before, an index without texts forgets a row only when it is told the row's words again.
DELETES_BY_ROW = sqlite3.sqlite_version_info >= (3, 43)
_DELETING = ", contentless_delete=1" if DELETES_BY_ROW else ""
# A heading or a file's name that has the word weighs twice. With less `detail`, rows without texts all rank alike.
_SCHEMA = f"""
CREATE TABLE collection (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE);
CREATE TABLE source (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    collection INTEGER NOT NULL REFERENCES collection,
    path BLOB NOT NULL,
    gone INTEGER NOT NULL DEFAULT 0,
    scan INTEGER NOT NULL DEFAULT 0,
    UNIQUE (collection, path)
);
CREATE TABLE document (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    code TEXT NOT NULL,
    passages INTEGER NOT NULL,
    meaning INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX document_meaning ON document (meaning) WHERE state = 'words';
CREATE TABLE place (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    collection INTEGER NOT NULL REFERENCES collection,
    source INTEGER NOT NULL REFERENCES source,
    path BLOB NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    state TEXT NOT NULL,
    code TEXT NOT NULL DEFAULT '',
    document INTEGER REFERENCES document,
    scan INTEGER NOT NULL,
    gone_since REAL,
    UNIQUE (collection, path)
);
CREATE INDEX place_waiting ON place (mtime_ns) WHERE state = 'waiting';
CREATE INDEX place_document ON place (document, collection);
CREATE INDEX place_source ON place (source, scan);
CREATE TABLE passage (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES document,
    part INTEGER NOT NULL,
    label TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    heading TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX passage_document ON passage (document);
CREATE VIRTUAL TABLE words USING fts5(body, title, content='', tokenize=ascii{_DELETING});
INSERT INTO words (words, rank) VALUES ('rank', 'bm25(1.0, 2.0)');
CREATE VIRTUAL TABLE word_count USING fts5vocab(words, row);
CREATE TABLE embedding_model (
    id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, token TEXT NOT NULL
);
PRAGMA user_version = {VERSION};
"""
# In an order in which nothing refers to what is gone.
_TABLES = ("word_count", "words", "passage", "place", "document", "source", "collection", "embedding_model")


def open_database(
    folder: Path, *, busy_timeout: float = 10.0, clock: Callable[[], float] = time.time
) -> tuple[Database, bool]:
    """Open the index of a data folder, creating it; True: it was damaged or of an older build, and is empty now.

    Raises UserError `store.*`.
    """
    # In no backup: the folder of the copies is one that never exists.
    place = Place(folder.absolute() / FILE, folder.absolute() / f"{FILE}.copies")
    try:
        place.database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UserError("store.read_only", folder=str(folder)) from error
    try:
        engine, is_new = _opened(place, busy_timeout)
    except UserError as error:
        if error.code not in DAMAGED:
            raise
        set_aside(place)
        engine, is_new = _opened(place, busy_timeout)[0], True
    return Database(place, engine, clock), is_new


def set_aside(place: Place) -> None:
    """Rename a damaged file, in place of one that was set aside before. Raises UserError `store.read_only`."""
    log.warning("The index of documents is damaged and begun anew")
    for suffix in ("", "-wal", "-shm"):
        file = place.database.with_name(place.database.name + suffix)
        try:
            with contextlib.suppress(FileNotFoundError):
                file.replace(place.database.with_name(f"{FILE}.damaged{suffix}"))
        except OSError as error:
            raise UserError("store.read_only", folder=str(place.database.parent)) from error


def _opened(place: Place, busy_timeout: float) -> tuple[Engine, bool]:
    engine = connect(place.database, busy_timeout, foreign_keys=True, pool=QueuePool)
    try:
        with told(place):
            with engine.connect() as connection:
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
            use_wal(place.database, busy_timeout)
            with engine.connect().execution_options(write=True) as connection, connection.begin():
                is_remade = _prepare(connection, place)
    except BaseException:
        engine.dispose()
        raise
    return engine, is_remade


def _prepare(connection: Connection, place: Place) -> bool:
    """Make the tables; True where there were those of an older build."""
    version = connection.exec_driver_sql("PRAGMA user_version").scalar() or 0
    if version > VERSION:
        raise UserError("store.newer_version", path=str(place.database))
    if version == VERSION:
        return False
    for table in _TABLES if version else ():
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
    for statement in _SCHEMA.split(";"):
        if statement.strip():
            connection.exec_driver_sql(statement)
    return bool(version)
