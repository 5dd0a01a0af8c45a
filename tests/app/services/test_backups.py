"""Restoring: what was there is set aside, comes back the same way, and is never taken from who uses it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.services.backups import backups, create_backup, restore_backup
from app.store.records import Attachment
from app.store.store import Store
from engine.errors import UserError
from tests.app.store.conftest import files


def write(home: Path, text: str) -> None:
    with Store.open(home / "coterie.db", home / "backups") as store:
        id = store.conversations.create().id
        store.messages.add(id, None, "user", text)


def attach(home: Path, content: bytes, text: bytes) -> Attachment:
    """A message with something attached."""
    with Store.open(home / "coterie.db", home / "backups") as store:
        id, put = store.conversations.create().id, store.contents.put
        attached = Attachment("a.txt", "text", len(content), put(id, content), put(id, text))
        store.messages.add(id, None, "user", "look", attachments=(attached,))
        return attached


def delete_all(home: Path) -> None:
    """Delete all chats for good, with what was attached to them long ago."""
    with Store.open(home / "coterie.db", home / "backups") as store:
        chats = [chat.id for chat in store.conversations.all()]
        for chat in chats:
            store.conversations.delete(chat)
        store.conversations.purge(chats)
        for path in (home / "attachments").iterdir():
            os.utime(path, (0, 0))
        store.contents.sweep()


def contents_of(home: Path, attached: Attachment) -> list[bytes | None]:
    with Store.open(home / "coterie.db", home / "backups") as store:
        return [store.contents.get(0, name) for name in attached.contents]


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


def test_without_a_name_a_backup_that_only_a_newer_version_opens_is_passed_over(home: Path) -> None:
    write(home, "first")
    made = Path(create_backup(home).path)
    shutil.copyfile(made, made.with_name("coterie-2999-01-01-000000-9001.db"))
    assert restore_backup(home).backup.name == made.name


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


def test_what_is_attached_comes_back_with_a_backup_and_goes_aside_with_what_was_there(home: Path) -> None:
    first = attach(home, b"first file", b"its text")
    made = create_backup(home)
    delete_all(home)
    second = attach(home, b"second file", b"another text")
    assert contents_of(home, first) == [None, None]
    restored = restore_backup(home)
    assert contents_of(home, first) == [b"first file", b"its text"]
    delete_all(home)
    restore_backup(home, Path(restored.aside).name)
    assert contents_of(home, second) == [b"second file", b"another text"]
    assert made.attachments == 2
    database = Path(made.path).stat().st_size
    assert made.bytes == database + len(b"first fileits text")


def test_a_backup_without_links_holds_copies(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(self: Path, target: Path) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", cannot)
    attached = attach(home, b"a file", b"its text")
    create_backup(home)
    shutil.rmtree(home / "attachments")
    restore_backup(home)
    assert contents_of(home, attached) == [b"a file", b"its text"]


def test_a_content_that_is_damaged_comes_back_whole_and_damage_is_never_put_in_its_place(home: Path) -> None:
    attached = attach(home, b"a file", b"its text")
    made = create_backup(home)
    here, there = home / "attachments", Path(f"{made.path}.attachments")
    (here / attached.sha256).unlink()  # the backup's is another name of the same file
    (here / attached.sha256).write_bytes(b"damage")
    (there / attached.text).unlink()
    (there / attached.text).write_bytes(b"damage")
    restore_backup(home)
    assert contents_of(home, attached) == [b"a file", b"its text"]


def test_a_damaged_content_stays_out_of_a_backup(home: Path) -> None:
    attached = attach(home, b"a file", b"its text")
    (home / "attachments" / attached.sha256).write_bytes(b"damage")
    assert create_backup(home).attachments == 1


def test_attachments_go_with_the_last_backup_that_holds_them(home: Path) -> None:
    attach(home, b"a file", b"its text")
    noon = 1_772_360_000.0
    for day in range(7):
        with Store.open(
            home / "coterie.db", home / "backups", clock=lambda day=day: noon + day * 86_400
        ) as store:  # type: ignore[misc]
            store.back_up()
    (home / "backups" / "coterie-2026-01-01-000000-0008.db.attachments").mkdir()  # of one that was killed
    create_backup(home)
    folders = {file.name for file in (home / "backups").glob("*.attachments")}
    assert folders == {f"{one.name}.attachments" for one in backups(home)} and len(folders) == 5


def test_a_restore_that_fails_leaves_no_attachments_aside(home: Path) -> None:
    attach(home, b"a file", b"its text")
    Path(create_backup(home).path).write_bytes(b"nothing of the kind" * 400)
    before = files(home)
    with pytest.raises(UserError, match=r"store\.bad_backup"):
        restore_backup(home)
    assert files(home) == before
