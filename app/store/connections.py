"""Connections to the database file. Transactions are begun explicitly, not by sqlite3's heuristics."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Pool, create_engine, event


def connect(path: Path, busy_timeout: float, *, foreign_keys: bool, pool: type[Pool]) -> Engine:
    """An engine for the file.

    `busy_timeout` (seconds) is how long a lock of another process is waited for.

    A transaction of a connection with the execution option `write` takes the write lock at once: one that
    starts as a reader and then wants to write could be refused without waiting.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)), poolclass=pool, connect_args={"timeout": busy_timeout}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        connection.create_function("casefold", 1, str.casefold, deterministic=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
