"""Backups of the database, made while it is in use and verified. Five are kept."""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Literal

import msgspec

from app.store.errors import damaged
from app.store.location import PREFIX, Place
from engine.errors import UserError

log = logging.getLogger(__name__)
KEPT = 5
# Offset of a connection's shared lock in the file (SQLite's `os.h`): held in WAL mode while it is open.
_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Backup(msgspec.Struct, frozen=True):
    """A copy that can be restored: a "backup", or data set "aside" by a restore. `time` in seconds since 1970."""

    name: str
    path: str
    kind: Literal["backup", "aside"]
    time: float
    bytes: int


def all_backups(place: Place) -> list[Backup]:
    """What can be restored, the newest first; backups before what was set aside."""
    backups = [_described(file, "backup") for file in place.backup_files()]
    asides = [_described(file, "aside") for file in place.set_aside()]
    return [*reversed(backups), *reversed(asides)]


def _described(file: Path, kind: Literal["backup", "aside"]) -> Backup:
    return Backup(file.name, str(file), kind, Place.time_of(file), file.stat().st_size)


def back_up(place: Place, now: float, revision: str) -> Path:
    """Copy the file to the backups' folder, check the copy, then delete the oldest beyond five.

    The copy carries a name of its own until it is whole. Raises UserError `store.backup_failed` when it
    cannot be written, `store.damaged` when the copy shows that the file itself is broken: then no older
    backup is given up for it.
    """
    target = place.backup_file(now, revision)
    unfinished = target.with_suffix(".part")
    try:
        place.backups.mkdir(mode=0o700, parents=True, exist_ok=True)
        _drop_unfinished(place)
        sound = _copy(place.database, unfinished)
        if sound:
            _move(unfinished, target)
    except (OSError, sqlite3.Error) as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN:
            raise damaged(place) from error
        raise UserError("store.backup_failed", folder=str(place.backups), detail=str(error)) from error
    if not sound:
        unfinished.unlink()
        raise damaged(place)
    log.info("Backed up: %d bytes, schema %s", target.stat().st_size, revision)
    files = place.backup_files()
    for old in files:
        if old not in _kept(files):
            old.unlink(missing_ok=True)
    return target


def _kept(files: list[Path]) -> set[Path]:
    """Backups to keep: the newest five, and the last of each of the newest five days, so that many made by
    hand evict no other day.
    """
    by_day = {file.name[: len(f"{PREFIX}2026-01-01")]: file for file in files}
    return {*files[-KEPT:], *list(by_day.values())[-KEPT:]}


def restore(place: Place, backup: Path, now: float) -> Path | None:
    """Put a copy of `backup` in the place of the database; returns the path of the replaced data, None if
    there was none.

    Its WAL goes with it: SQLite would take it for the WAL of the copy and write its pages into it. Raises
    UserError `store.in_use` while another process has the database open, `store.bad_backup` for a copy that
    is damaged itself, `store.not_restored`; the database is then still in its place. Not for a database that
    this process has open.
    """
    database, aside = place.database, place.aside_file(now)
    unfinished = database.with_name(f"{database.name}.part")
    if _is_in_use(database):
        raise UserError("store.in_use")
    try:
        unfinished.unlink(missing_ok=True)
        if not (_copy(backup, unfinished) and _is_ours(unfinished)):
            raise UserError("store.bad_backup", path=str(backup))
        existed = database.exists()
        _put_aside(database, aside)
        _move(unfinished, database)
    except (OSError, sqlite3.Error) as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN:
            raise UserError("store.bad_backup", path=str(backup)) from error
        if isinstance(error, PermissionError) and sys.platform == "win32":  # no open file can be moved
            raise UserError("store.in_use") from error
        raise UserError("store.not_restored", folder=str(database.parent), detail=str(error)) from error
    finally:
        unfinished.unlink(missing_ok=True)
    log.info("Restored a backup of %d bytes; what was there is set aside", database.stat().st_size)
    return aside if existed else None


def _put_aside(database: Path, aside: Path) -> None:
    for suffix in ("-wal", "-shm", ""):
        part = database.with_name(database.name + suffix)
        if part.exists():
            part.replace(aside.with_name(aside.name + suffix))


def _is_ours(database: Path) -> bool:
    """Whether an intact database has our schema: an empty file is intact, too."""
    with closing(sqlite3.connect(database)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return ("alembic_version",) in tables


def _is_in_use(database: Path) -> bool:
    """Whether another process has the file open. On Windows the move itself fails."""
    if sys.platform == "win32" or not database.exists():
        return False
    import fcntl

    with database.open("rb+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
        except OSError:
            return True
    return False


def _copy(source: Path, target: Path) -> bool:
    """Copy with SQLite's online backup API; returns whether the copy is intact.

    It is one plain file, without a WAL.
    """
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        return bool(copy.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))


def _move(unfinished: Path, target: Path) -> None:
    with unfinished.open("rb+") as file:
        os.fsync(file.fileno())
    unfinished.replace(target)


def _drop_unfinished(place: Place) -> None:
    """Delete the temporary file of a backup that was killed."""
    for leftover in place.backups.glob(f"{PREFIX}*.part*"):
        leftover.unlink(missing_ok=True)
