"""Copies of the file, made while it is in use, each proved to open. Five are kept."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from app.store.errors import damaged
from app.store.place import PREFIX, Place
from engine.errors import UserError

KEPT = 5


def back_up(place: Place, now: float, revision: str) -> Path:
    """Copy the file to the backups' folder, check the copy, then let the oldest beyond five go.

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
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise damaged(place) from error
        raise UserError("store.backup_failed", folder=str(place.backups), detail=str(error)) from error
    if not sound:
        unfinished.unlink()
        raise damaged(place)
    for old in place.backup_files()[:-KEPT]:
        old.unlink(missing_ok=True)
    return target


def restore(database: Path, backup: Path, now: float) -> Path:
    """Put a copy of `backup` in the place of a damaged file that no one has open; where that file is now.

    Its WAL goes with it: SQLite would take it for the WAL of the copy and write its pages into it. Raises
    UserError `store.backup_failed`; the damaged file is then still in its place.
    """
    aside = database.with_name(f"{database.name}.damaged-{datetime.fromtimestamp(now):%Y-%m-%d-%H%M%S}")
    unfinished = database.with_name(f"{database.name}.part")
    try:
        shutil.copyfile(backup, unfinished)
        for suffix in ("-wal", "-shm", ""):
            part = database.with_name(database.name + suffix)
            if part.exists():
                part.replace(aside.with_name(aside.name + suffix))
        _move(unfinished, database)
    except OSError as error:
        raise UserError("store.backup_failed", folder=str(database.parent), detail=str(error)) from error
    return aside


def _copy(source: Path, target: Path) -> bool:
    """Copy with SQLite's online backup; whether the copy is sound. It is one plain file, without a WAL."""
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        return bool(copy.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))


def _move(unfinished: Path, target: Path) -> None:
    with unfinished.open("rb+") as file:
        os.fsync(file.fileno())
    unfinished.replace(target)


def _drop_unfinished(place: Place) -> None:
    """What a backup left that was killed half-way."""
    for leftover in place.backups.glob(f"{PREFIX}*.part*"):
        leftover.unlink(missing_ok=True)
