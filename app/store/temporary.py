"""Chats that are in memory alone: a store without a file, beside the one that keeps."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Connection, Engine, StaticPool, create_engine, event

from app.store.database import Database
from app.store.location import Place
from app.store.records import FIRST_TEMPORARY

P = TypeVar("P")
R = TypeVar("R")
_COUNTED = ("conversation", "message", "cut")


class MemoryDatabase(Database):
    """A database without a file. It has one connection, so its reads wait for their turn as well."""

    memory: dict[str, bytes]

    def __init__(self, place: Place, engine: Engine, clock: Callable[[], float]) -> None:
        super().__init__(place, engine, clock)
        self.memory = {}

    def read(self, work: Callable[[Connection], R]) -> R:
        return self.write(work)


def memory_database(place: Place, clock: Callable[[], float]) -> MemoryDatabase:
    """An empty database in memory, whose ids are never those of a file. `place` is only named in errors."""
    from app.store.migrations.running import upgrade

    engine = _engine()
    with engine.begin() as connection:
        upgrade(connection)
        for table in _COUNTED:
            connection.exec_driver_sql(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, FIRST_TEMPORARY - 1)
            )
    return MemoryDatabase(place, engine, clock)


def _engine() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        # What does not fit into memory must not be written to a file beside it.
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.create_function("casefold", 1, str.casefold, deterministic=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


class Either(Generic[P]):
    """A part of two stores in one: a call goes to where the first id among its positional arguments is from, without
    one to the store that keeps. `temporary` gives the other part."""

    def __init__(self, kept: P, temporary: Callable[[], P]) -> None:
        self._kept, self._temporary = kept, temporary

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._kept, name)
        if not callable(attribute):
            return attribute

        def call(*args: Any, **options: Any) -> Any:
            part = self._temporary() if _is_temporary(args) else self._kept
            return getattr(part, name)(*args, **options)

        return call


def _is_temporary(args: Sequence[Any]) -> bool:
    first = args[0] if args else 0
    if isinstance(first, Sequence) and not isinstance(first, str) and first:
        first = first[0]
    if isinstance(first, msgspec.Struct):
        first = getattr(first, "conversation", 0)
    return isinstance(first, int) and first >= FIRST_TEMPORARY
