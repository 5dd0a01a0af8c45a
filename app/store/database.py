"""Transactions on the store's file, and the base of the parts of the store that run in them."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import msgspec
from sqlalchemy import Connection, Engine, Insert, Select, Table, delete, insert, update
from sqlalchemy.exc import DBAPIError

from app.store.errors import told
from app.store.location import Place
from app.store.tables import selection
from app.store.writers import is_alive, new_writer

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="Part")
T = TypeVar("T", bound=msgspec.Struct)


class Database:
    """Reads on the caller's thread, changes one after another on one thread; a call within a transaction joins it.

    `clock` gives seconds since 1970. `writer` names this store among those that use the file. `memory` holds the
    contents of attachments where they are not kept in files.
    """

    memory: dict[str, bytes] | None = None

    def __init__(self, place: Place, engine: Engine, clock: Callable[[], float]) -> None:
        self.place, self.engine, self.clock = place, engine, clock
        self.writer = new_writer()
        self._writing = engine.execution_options(write=True)
        self._closed = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store-writer")
        self._current = threading.local()
        # Of the writing thread: what this connection has not written was written elsewhere.
        self._writer: Connection | None = None
        self._version: int | None = None

    def read(self, work: Callable[[Connection], R]) -> R:
        """Run `work` in a read transaction; it must not write."""
        if joined := self._joined():
            return work(joined)
        if self._closed:  # the pool would silently reopen the file
            raise RuntimeError("the store is closed")
        return self._transact(self.engine, work)

    def write(self, work: Callable[[Connection], R]) -> R:
        """Run `work` in a write transaction, and wait until it is in the file."""
        if joined := self._joined():
            return work(joined)
        return self._thread.submit(self._write, work).result()

    def changed_elsewhere(self) -> bool:
        """Whether another process has changed the file since the last call; False for the first. Costs next to
        nothing, and waits for pending writes."""
        return self._thread.submit(self._look).result()

    def close(self) -> None:
        """Wait for pending writes and close the file. Later calls raise RuntimeError."""
        if not self._closed:
            self._thread.submit(self._drop_writer)
        self._closed = True
        self._thread.shutdown(wait=True)
        self.engine.dispose()

    def _joined(self) -> Connection | None:
        return getattr(self._current, "connection", None)

    def _transact(self, engine: Engine, work: Callable[[Connection], R]) -> R:
        with told(self.place), engine.begin() as connection:
            return self._do(connection, work)

    def _do(self, connection: Connection, work: Callable[[Connection], R]) -> R:
        self._current.connection = connection
        try:
            return work(connection)
        finally:
            self._current.connection = None

    def _write(self, work: Callable[[Connection], R]) -> R:
        with told(self.place):
            try:
                connection = self._own_connection()
                with connection.begin():
                    return self._do(connection, work)
            except DBAPIError:
                self._drop_writer()
                raise

    def _look(self) -> bool:
        with told(self.place):
            raw = self._own_connection().connection.driver_connection
            assert raw is not None
            before, (self._version,) = self._version, raw.execute("PRAGMA data_version").fetchone()
        return before is not None and before != self._version

    def _own_connection(self) -> Connection:
        if self._writer is None:
            self._writer = self._writing.connect()
        return self._writer

    def _drop_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()


class Part:
    """Base of the parts of the store. The methods that `reads` and `writes` decorate get a connection."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @property
    def writer(self) -> str:
        """Name of this store among those that use the file: this process owns what carries it."""
        return self.database.writer

    def is_left(self, writer: str) -> bool:
        """Whether what this writer had belongs to no living process, this one included."""
        return writer != self.writer and not (writer and is_alive(writer))


def reads(method: Callable[Concatenate[S, Connection, P], R]) -> Callable[Concatenate[S, P], R]:
    """Run a method in a read transaction."""

    @functools.wraps(method)
    def call(part: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return part.database.read(lambda connection: method(part, connection, *args, **kwargs))

    return call


def writes(method: Callable[Concatenate[S, Connection, P], R]) -> Callable[Concatenate[S, P], R]:
    """Run a method in a write transaction."""

    @functools.wraps(method)
    def call(part: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return part.database.write(lambda connection: method(part, connection, *args, **kwargs))

    return call


def inserted(connection: Connection, statement: Insert) -> Any:
    """Execute an insertion of one row; returns its key."""
    key = connection.execute(statement).inserted_primary_key
    assert key is not None
    return key[0]


class Records(Part, Generic[T]):
    """Part with records of one type, each a row of one table."""

    record: type[T]
    table: Table

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        (self.key,) = self.table.primary_key
        self.selection: Select[*tuple[Any, ...]] = selection(self.table, self.record)

    def select(self, connection: Connection, statement: Select[*tuple[Any, ...]]) -> list[T]:
        """The records that a statement made from `selection` finds."""
        return [self.record(*row) for row in connection.execute(statement)]

    def insert(self, connection: Connection, record: T, **fields: Any) -> Any:
        """Insert a record with other values of `fields`; returns its key."""
        values = {**msgspec.structs.asdict(record), **fields}
        if values[self.key.name] == 0:  # assigned here
            del values[self.key.name]
        return inserted(connection, insert(self.table).values(**values))

    @reads
    def find(self, connection: Connection, id: int | str) -> T | None:
        """One record, None if it is gone."""
        found = self.select(connection, self.selection.where(self.key == id))
        return found[0] if found else None

    @writes
    def put(self, connection: Connection, *records: T) -> None:
        """Insert or replace each by its key, all or none."""
        for record in records:
            self.remove(getattr(record, self.key.name))
            self.insert(connection, record)

    @writes
    def change(
        self,
        connection: Connection,
        /,
        id: int | str,
        states: Collection[str] | None = None,
        writers: Collection[str] | None = None,
        **fields: Any,
    ) -> T | None:
        """Set fields of one that is in one of `states` and has one of `writers` (None: any) and leave the others.

        Returns None, with nothing changed, if it does not or is gone.
        """
        statement = update(self.table).where(self.key == id)
        if states is not None:
            statement = statement.where(self.table.c.state.in_(states))
        if writers is not None:
            statement = statement.where(self.table.c.writer.in_(writers))
        changed = connection.execute(statement.values(**fields)).rowcount
        return self.find(id) if changed else None

    @writes
    def remove(self, connection: Connection, id: int | str) -> bool:
        """Delete a record; returns whether there was one."""
        return bool(connection.execute(delete(self.table).where(self.key == id)).rowcount)
