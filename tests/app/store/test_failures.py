"""What goes wrong with files, each caused for real: told in a code, nothing touched, and tried again."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from app.messages import localized_error
from app.store.backup import restore
from app.store.location import Place
from app.store.store import Store
from engine.errors import UserError
from tests.app.store.conftest import cut_text, files
from tests.support.permissions import bound_by_permissions

HOLD = """
connection = sqlite3.connect(path)
connection.isolation_level = None
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
connection.execute("ROLLBACK")
print("released", flush=True)
sys.stdin.readline()
"""
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions and limits")


@contextlib.contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file of this process can grow beyond `size` bytes: to write there fails as on a full disk."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def assert_told(error: UserError, code: str) -> None:
    assert error.code == code
    for language in ("en", "ko"):
        assert code not in localized_error(error, language)  # a code without a sentence would be named


def test_a_lock_of_another_process_is_waited_for_then_told(
    opened: Callable[..., Store], process: Callable[..., subprocess.Popen[str]]
) -> None:
    store = opened(busy_timeout=0.2)
    conversation = store.conversations.create()
    other = process(HOLD, with_store=False)
    assert other.stdout is not None and other.stdin is not None
    assert other.stdout.readline() == "held\n"
    with pytest.raises(UserError) as caught:
        store.messages.add(conversation.id, None, "user", "hello")
    assert_told(caught.value, "store.locked")
    assert store.conversations.all() == [conversation]  # reading goes on
    with pytest.raises(UserError, match=r"store\.locked"):
        opened(busy_timeout=0.2)
    other.stdin.write("\n")
    other.stdin.flush()
    assert other.stdout.readline() == "released\n"
    assert store.messages.add(conversation.id, None, "user", "hello").content == "hello"


@posix
def test_a_file_that_may_not_be_written_is_told(public_folder: Path) -> None:
    path, backups = public_folder / "coterie.db", public_folder / "backups"
    Store.open(path, backups).close()
    path.chmod(0o444)
    public_folder.chmod(0o555)
    before = files(public_folder)
    with bound_by_permissions(), pytest.raises(UserError) as caught:
        Store.open(path, backups)
    assert_told(caught.value, "store.read_only")
    assert files(public_folder) == before


@posix
def test_a_folder_that_may_not_be_written_is_told(public_folder: Path) -> None:
    public_folder.chmod(0o555)
    for path in (public_folder / "coterie.db", public_folder / "new" / "coterie.db"):
        with bound_by_permissions(), pytest.raises(UserError) as caught:
            Store.open(path, public_folder / "backups")
        assert_told(caught.value, "store.read_only")
    assert list(public_folder.iterdir()) == []


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "coterie.db").mkdir()
    with pytest.raises(UserError, match=r"store\.read_only"):
        Store.open(tmp_path / "coterie.db", tmp_path / "backups")


def test_a_full_disk_is_told_and_writing_goes_on_when_there_is_room(store: Store) -> None:
    id = store.conversations.create().id
    answer = store.messages.add(id, None, "assistant", "", state="streaming")
    store.messages.save(answer.id, "kept", "")

    def limit(pages: int) -> None:
        event.listen(
            store.database.engine,
            "begin",
            lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={pages}"),
        )

    limit(1)  # SQLite takes it as: no page more than there are
    for _ in range(2):
        with pytest.raises(UserError) as caught:
            store.messages.save(answer.id, "x" * 500_000, "")
        assert_told(caught.value, "store.disk_full")
        assert store.messages.get(answer.id).content == "kept"
    limit(1_000_000)
    store.messages.save(answer.id, "x" * 500_000, "")
    assert len(store.messages.get(answer.id).content) == 500_000


@posix
def test_a_refused_write_of_the_system_is_a_full_disk(store: Store, folder: Path) -> None:
    id = store.conversations.create().id
    message = store.messages.add(id, None, "assistant", "kept", state="streaming")
    with file_size_limit((folder / "coterie.db-wal").stat().st_size + 10_000):
        with pytest.raises(UserError) as caught:
            store.messages.save(message.id, "x" * 500_000, "")
        assert_told(caught.value, "store.disk_full")
        store.messages.save(message.id, "still small", "")
    store.messages.save(message.id, "x" * 500_000, "")
    assert len(store.messages.get(message.id).content) == 500_000


@posix
def test_a_disk_too_full_for_a_new_file_leaves_nothing_half_made(folder: Path) -> None:
    with file_size_limit(8192), pytest.raises(UserError) as caught:
        Store.open(folder / "coterie.db", folder / "backups")
    assert_told(caught.value, "store.disk_full")
    with Store.open(folder / "coterie.db", folder / "backups") as store:
        assert store.conversations.all() == []


@pytest.mark.parametrize(
    "content", [b"This is not a database. " * 400, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_file_that_is_no_database_is_told(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / "coterie.db").write_bytes(content)
    before = files(folder)
    with pytest.raises(UserError) as caught:
        Store.open(folder / "coterie.db", folder / "backups")
    assert_told(caught.value, "store.damaged_without_backup")
    assert files(folder) == before


def test_a_database_of_another_program_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    with closing(sqlite3.connect(folder / "coterie.db")) as connection:
        connection.execute("CREATE TABLE bookmark (url TEXT)")
    before = files(folder)
    with pytest.raises(UserError, match=r"store\.damaged"):
        Store.open(folder / "coterie.db", folder / "backups")
    assert files(folder) == before


def damage(path: Path) -> None:
    """Overwrite all pages but the first, as a failing disk might."""
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)


def test_damage_is_told_with_the_newest_backup_and_can_be_undone(folder: Path) -> None:
    path, backups = folder / "coterie.db", folder / "backups"
    with Store.open(path, backups) as store:
        id = store.conversations.create().id
        store.messages.add(id, None, "user", "precious")
        store.daily_backup(1_700_000_000)
        newest = store.daily_backup(1_700_100_000)
    damage(path)
    before = files(folder)
    with pytest.raises(UserError) as caught:
        Store.open(path, backups)
    assert_told(caught.value, "store.damaged")
    assert caught.value.params == {"path": str(path), "backup": str(newest)}
    assert files(folder) == before
    aside = restore(Place(path, backups), Path(str(caught.value.params["backup"])), 1_700_200_000)
    assert aside is not None
    assert aside.read_bytes() == before["coterie.db"]
    with Store.open(path, backups) as store:
        assert store.messages.get(store.messages.path(id)[0]).content == "precious"


def test_what_a_killed_process_left_is_not_written_into_a_restored_backup(
    folder: Path, process: Callable[..., subprocess.Popen[str]]
) -> None:
    path = folder / "coterie.db"
    with Store.open(path, folder / "backups") as store:
        id = store.conversations.create().id
        backup = store.daily_backup(1_700_000_000)
    assert backup is not None
    writer = process(
        f"store.conversations.rename({id}, 'later', 'user'); print(1, flush=True); sys.stdin.readline()"
    )
    assert writer.stdout is not None and writer.stdout.readline() == "1\n"
    writer.kill()
    writer.wait()
    wal = path.with_name("coterie.db-wal").read_bytes()
    assert wal
    aside = restore(Place(path, folder / "backups"), backup, 1_700_100_000)
    assert aside is not None
    assert aside.with_name(f"{aside.name}-wal").read_bytes() == wal
    with Store.open(path, folder / "backups") as store:
        assert store.conversations.get(id).title == ""


def test_damage_met_while_reading_is_told(folder: Path) -> None:
    path = folder / "coterie.db"
    with Store.open(path, folder / "backups") as store:
        id = store.conversations.create().id
        message = store.messages.add(id, None, "user", "x" * 100_000)
    cut_text(path)
    with Store.open(path, folder / "backups") as store:
        with pytest.raises(UserError, match=r"store\.damaged"):
            store.messages.get(message.id)
        assert store.conversations.get(id).leaf == message.id


def test_a_file_of_a_newer_version_is_left_alone(folder: Path) -> None:
    path = folder / "coterie.db"
    Store.open(path, folder / "backups").close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = files(folder)
    with pytest.raises(UserError) as caught:
        Store.open(path, folder / "backups")
    assert_told(caught.value, "store.newer_version")
    assert files(folder) == before
