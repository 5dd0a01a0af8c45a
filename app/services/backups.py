"""Backups of the database, for the window and the command line: lists, makes and restores them.

Restoring needs the database closed. What it takes the place of is set aside and can be restored as well.
"""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from app.store.backup import Backup, all_backups
from app.store.backup import restore as restore_file
from app.store.location import Place
from engine.errors import UserError


class Restored(msgspec.Struct, frozen=True):
    """Result of a restore: `aside` is the file with the replaced data, "" if there was none."""

    backup: Backup
    database: str
    aside: str


def place_of(home: Path) -> Place:
    """The path of the database in a data folder."""
    return Place((home / "coterie.db").absolute(), (home / "backups").absolute())


def backups(home: Path) -> list[Backup]:
    """Backups that can be restored, the newest first, then what earlier restores set aside."""
    return all_backups(place_of(home))


def create_backup(home: Path) -> Backup:
    """Open the database, back it up and close it. Raises UserError `store.*`."""
    from app.store.store import Store

    place = place_of(home)
    with Store.open(place.database, place.backups) as store:
        return store.back_up()


def restore_backup(home: Path, name: str = "") -> Restored:
    """Restore the backup of that name, "" for the newest one that this version can open, in seconds for a large file.

    Raises UserError `store.no_backups`, `store.no_backup` (name), `store.in_use`, `store.bad_backup` (path) or
    `store.not_restored`, and has then changed nothing.
    """
    known = backups(home)
    fitting = [one for one in known if one.kind == "backup" and one.fits]
    if not name and not fitting:
        raise UserError("store.no_backups")
    chosen = fitting[0] if not name else next((one for one in known if one.name == name), None)
    if chosen is None:
        raise UserError("store.no_backup", name=name)
    place = place_of(home)
    aside = restore_file(place, Path(chosen.path), time.time())
    return Restored(chosen, str(place.database), str(aside or ""))
