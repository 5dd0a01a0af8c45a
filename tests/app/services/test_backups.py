"""Restoring: what was there is set aside, comes back the same way, and is never taken from who uses it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.services.backups import backups, create_backup, restore_backup
from app.store.store import Store
from engine.errors import UserError
from tests.app.store.conftest import files


def write(home: Path, text: str) -> None:
    with Store.open(home / "coterie.db", home / "backups") as store:
        id = store.conversations.create().id
        store.messages.add(id, None, "user", text)


def texts(home: Path) -> list[str]:
    with Store.open(home / "coterie.db", home / "backups") as store:
        return sorted(
            store.messages.get(store.messages.path(chat.id)[0]).content for chat in store.conversations.all()
        )


@pytest.fixture
def home(coterie_home: Path) -> Path:
    write(coterie_home, "first")
    return coterie_home


@pytest.fixture
def other(home: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts a process that has the database open."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom app.store.store import Store\n"
        f"path = Path({str(home)!r})\n"
        "with Store.open(path / 'coterie.db', path / 'backups') as store:\n"
        "    store.conversations.all(); print('open', flush=True); sys.stdin.readline()\n"
    )
    running: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        running.append(process)
        assert process.stdout is not None and process.stdout.readline() == "open\n"
        return process

    yield start
    for process in running:
        process.communicate()


def test_the_newest_backup_comes_back_and_what_was_there_can_be_restored_too(home: Path) -> None:
    made = create_backup(home)
    write(home, "second")
    restored = restore_backup(home)
    assert restored.backup == made and texts(home) == ["first"]
    aside = next(one for one in backups(home) if one.kind == "aside")
    assert aside.path == restored.aside
    restore_backup(home, aside.name)
    assert texts(home) == ["first", "second"]


def test_a_damaged_database_is_kept_byte_by_byte(home: Path) -> None:
    create_backup(home)
    damaged = (home / "coterie.db").read_bytes()[:4096] + b"\xa5" * 50_000
    (home / "coterie.db").write_bytes(damaged)
    with pytest.raises(UserError, match=r"store\.damaged"):
        texts(home)
    assert Path(restore_backup(home).aside).read_bytes() == damaged
    assert texts(home) == ["first"]


def test_a_database_that_is_gone_comes_back(home: Path) -> None:
    create_backup(home)
    (home / "coterie.db").unlink()
    assert restore_backup(home).aside == "" and texts(home) == ["first"]


@pytest.mark.skipif(sys.platform == "win32", reason="there the file cannot be moved while it is open")
def test_nothing_is_restored_under_a_process_that_has_the_data_open(
    home: Path, other: Callable[[], subprocess.Popen[str]]
) -> None:
    create_backup(home)
    process = other()
    with pytest.raises(UserError, match=r"store\.in_use"):
        restore_backup(home)
    assert [one.kind for one in backups(home)] == ["backup"]
    process.communicate("\n")
    restore_backup(home)


@pytest.mark.parametrize(
    "content", [b"", b"nothing of the kind" * 400, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_backup_that_is_damaged_itself_changes_nothing(home: Path, content: bytes) -> None:
    Path(create_backup(home).path).write_bytes(content)
    before = files(home)
    with pytest.raises(UserError, match=r"store\.bad_backup"):
        restore_backup(home)
    assert files(home) == before


def test_without_backups_and_for_a_name_that_is_none_nothing_is_done(home: Path) -> None:
    with pytest.raises(UserError, match=r"store\.no_backups"):
        restore_backup(home)
    create_backup(home)
    for name in ("coterie-1999-01-01-000000-0001.db", "../coterie.db", "coterie.db"):
        with pytest.raises(UserError, match=r"store\.no_backup"):
            restore_backup(home, name)
    assert not [one for one in backups(home) if one.kind == "aside"]


def test_many_backups_of_one_day_push_out_no_other_day(home: Path) -> None:
    noon = 1_772_360_000.0
    for day in range(3):
        with Store.open(
            home / "coterie.db", home / "backups", clock=lambda day=day: noon + day * 86_400
        ) as store:  # type: ignore[misc]
            store.back_up()
    for minute in range(9):
        with Store.open(
            home / "coterie.db",
            home / "backups",
            clock=lambda minute=minute: noon + 3 * 86_400 + minute * 60,  # type: ignore[misc]
        ) as store:
            store.back_up()
    days = [one.name[8:18] for one in backups(home)]
    assert len(set(days)) == 4 and len(days) == 8
