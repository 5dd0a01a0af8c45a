"""Backups: once a day, whole, five of them, never traded for a damaged one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from app.store.location import SCHEMA_REVISION
from app.store.store import Store
from engine.errors import UserError
from tests.app.store.conftest import cut_text

DAY = 86_400.0
NOON = datetime(2026, 3, 1, 12).timestamp()


@pytest.fixture
def used(store: Store) -> Store:
    id = store.conversations.create().id
    store.messages.add(id, None, "user", "hello")
    return store


def test_once_a_day_named_with_date_and_revision(used: Store, folder: Path) -> None:
    made = used.daily_backup(NOON)
    assert made == folder / "backups" / f"coterie-2026-03-01-120000-{SCHEMA_REVISION}.db"
    assert used.daily_backup(NOON + 3600) is None
    assert used.daily_backup(NOON + DAY) is not None


def test_a_backup_is_one_whole_file_that_opens_as_a_store(used: Store, tmp_path: Path) -> None:
    made = used.daily_backup(NOON)
    assert made is not None
    assert [file.name for file in made.parent.iterdir()] == [made.name]
    with closing(sqlite3.connect(made)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with Store.open(made, tmp_path / "elsewhere") as copy:
        assert copy.conversations.all() == used.conversations.all()
        assert len(copy.conversations.search("hello")) == 1


def test_five_are_kept_and_the_oldest_goes(used: Store, folder: Path) -> None:
    for day in range(7):
        used.daily_backup(NOON + day * DAY)
    names = sorted(file.name for file in (folder / "backups").iterdir())
    assert [name[8:18] for name in names] == [f"2026-03-0{day}" for day in (3, 4, 5, 6, 7)]


def test_an_empty_store_takes_no_backups_place(store: Store, folder: Path) -> None:
    assert store.daily_backup(NOON) is None
    assert not (folder / "backups").exists()


def test_what_an_interrupted_backup_left_is_cleared_away(used: Store, folder: Path) -> None:
    (folder / "backups").mkdir()
    (folder / "backups" / f"coterie-2026-02-01-120000-{SCHEMA_REVISION}.part").write_bytes(b"half")
    used.daily_backup(NOON)
    assert [file.suffix for file in (folder / "backups").iterdir()] == [".db"]


def test_a_backup_that_cannot_be_written_is_told(used: Store, folder: Path) -> None:
    (folder / "backups").write_text("in the way")
    with pytest.raises(UserError) as caught:
        used.daily_backup(NOON)
    assert caught.value.code == "store.backup_failed"
    assert used.conversations.all() != []


def test_a_damaged_file_does_not_push_out_a_good_backup(folder: Path) -> None:
    path = folder / "coterie.db"
    with Store.open(path, folder / "backups") as store:
        id = store.conversations.create().id
        store.messages.add(id, None, "user", "x" * 50_000)
        for day in range(5):
            store.daily_backup(NOON + day * DAY)
    before = sorted((folder / "backups").iterdir())
    cut_text(path)
    with Store.open(path, folder / "backups") as store, pytest.raises(UserError) as caught:
        store.daily_backup(NOON + 6 * DAY)
    assert caught.value.code == "store.damaged"
    assert caught.value.params["backup"] == str(before[-1])
    assert sorted((folder / "backups").iterdir()) == before
