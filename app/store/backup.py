"""Backups of the database and of what is attached, made while both are in use and verified. Five are kept.

What is attached stands in a folder beside the copy of the database, by hard links where the file system has them:
contents never change under their name, so a link is as good as a copy and takes no room.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Literal

import msgspec

from app.store.contents import CONTENT_NAME
from app.store.errors import damaged
from app.store.location import PREFIX, Place
from engine.errors import UserError

log = logging.getLogger(__name__)
KEPT = 5
# Offset of a connection's shared lock in the file (SQLite's `os.h`): held in WAL mode while it is open.
_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Backup(msgspec.Struct, frozen=True):
    """A copy that can be restored: a "backup", or data set "aside" by a restore. `time` in seconds since 1970,
    `bytes` of the database and of the `attachments`, which are counted."""

    name: str
    path: str
    kind: Literal["backup", "aside"]
    time: float
    bytes: int
    attachments: int

    @property
    def fits(self) -> bool:
        """Whether this version can open it; a newer one may have made it."""
        return Place.fits(Path(self.path))


def all_backups(place: Place) -> list[Backup]:
    """What can be restored, the newest first; backups before what was set aside."""
    backups = [_described(file, "backup") for file in place.backup_files()]
    asides = [_described(file, "aside") for file in place.set_aside()]
    return [*reversed(backups), *reversed(asides)]


def _described(file: Path, kind: Literal["backup", "aside"]) -> Backup:
    sizes = [content.stat().st_size for content in _contents(Place.attachments_of(file))]
    size = file.stat().st_size + sum(sizes)
    return Backup(file.name, str(file), kind, Place.time_of(file), size, len(sizes))


def back_up(place: Place, now: float, revision: str) -> Path:
    """Copy the file and what is attached to the backups' folder, check the copies, then delete the oldest beyond
    five.

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
            before = place.newest_backup()
            known = {file.name: file for file in _contents(Place.attachments_of(before))} if before else {}
            for content in _contents(place.attachments):
                _keep(content, Place.attachments_of(target), known.get(content.name))
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
            shutil.rmtree(Place.attachments_of(old), ignore_errors=True)
    return target


def _kept(files: list[Path]) -> set[Path]:
    """Backups to keep: the newest five, and the last of each of the newest five days, so that many made by
    hand evict no other day.
    """
    by_day = {file.name[: len(f"{PREFIX}2026-01-01")]: file for file in files}
    return {*files[-KEPT:], *list(by_day.values())[-KEPT:]}


def restore(place: Place, backup: Path, now: float) -> Path | None:
    """Put a copy of `backup` in the place of the database, and add what was attached then; returns the path of the
    replaced data, None if there was none.

    Contents that are there stay: the store removes those that no chat names. One that is damaged in the backup
    is left out. The WAL of the database goes aside with it: SQLite would take it for the WAL of the copy and
    write its pages into it. Raises UserError `store.in_use` while another process has the database open,
    `store.bad_backup` for a copy that is damaged itself, `store.not_restored`; the database is then still in
    its place. Not for a database that this process has open.
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
        if existed:
            _keep_all(_contents(place.attachments), Place.attachments_of(aside))
        _keep_all(_contents(Place.attachments_of(backup)), place.attachments)
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
        if not aside.exists():
            shutil.rmtree(Place.attachments_of(aside), ignore_errors=True)
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
    _sync(unfinished)
    unfinished.replace(target)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _drop_unfinished(place: Place) -> None:
    """Delete what a backup that was killed left: its temporary file, and attachments without a database."""
    for leftover in place.backups.glob(f"{PREFIX}*.part*"):
        leftover.unlink(missing_ok=True)
    kept = {Place.attachments_of(file) for file in place.backup_files()}
    for folder in place.backups.glob(f"{PREFIX}*.attachments"):
        if folder not in kept:
            shutil.rmtree(folder, ignore_errors=True)


# --- what is attached ---


def _contents(folder: Path) -> Iterator[Path]:
    """The contents in a folder, in the order of their names; none where there is no folder."""
    with suppress(FileNotFoundError, NotADirectoryError):
        yield from sorted(file for file in folder.iterdir() if CONTENT_NAME.fullmatch(file.name))


def _keep_all(contents: Iterable[Path], folder: Path) -> None:
    for content in contents:
        _keep(content, folder)


def _keep(content: Path, folder: Path, known: Path | None = None) -> None:
    """Have a content in a folder too, unless it is damaged. One that is the same file as `known` was looked at when
    that was made. Raises OSError."""
    target = folder / content.name
    with suppress(FileNotFoundError):  # the store may remove a content that no chat names any more
        if (known is None or not content.samefile(known)) and not _is_whole(content):
            log.warning("A content of %d bytes is damaged and was left out", content.stat().st_size)
            return
        if target.exists() and (content.samefile(target) or _is_whole(target)):
            return
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = target.with_name(f".{target.name}.part")
        unfinished.unlink(missing_ok=True)
        try:
            try:
                unfinished.hardlink_to(content)
            except OSError:  # another disk, or a file system without links
                shutil.copyfile(content, unfinished)
                _sync(unfinished)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)


def _is_whole(content: Path) -> bool:
    try:
        with content.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == content.name
    except OSError:
        return False
