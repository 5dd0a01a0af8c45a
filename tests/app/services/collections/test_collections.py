"""Collections over real folders and files, read in the real child."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from app.services.collections import reading
from app.services.collections.collections import LOCK, Collections
from app.services.collections.indexing import Indexer
from app.services.settings.file_lock import locked
from app.store.documents.opening import FILE
from app.store.documents.records import Counts, NewDocument
from app.store.documents.store import DocumentStore
from engine.errors import UserError
from tests.support.documents.made import pdf

pytestmark = pytest.mark.process


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "docs"
    made.mkdir()
    return made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def collections(home: Path) -> Iterator[Collections]:
    opened = Collections(home, lambda: None)
    yield opened
    opened.close()


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were parsed."""
    names: list[str] = []
    real = reading.extracted

    def extracted(name: str, *args: object, **options: object) -> object:
        names.append(name)
        return real(name, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "extracted", extracted)
    return names


def running_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def found(collections: Collections, query: str) -> list[str]:
    return [Path(hit.file).name for hit in collections.search("docs", query, 10)]


def counts(collections: Collections) -> Counts:
    return collections.status("docs").counts


def test_files_are_found_with_page_and_heading(collections: Collections, folder: Path) -> None:
    (folder / "계약.md").write_text(
        "# 계약\n\n## 해지\n\n30일 전에 알리면 해지할 수 있다.\n", encoding="utf-8"
    )
    (folder / "report.pdf").write_bytes(pdf("Hello one", "The harvest was poor"))
    (folder / "empty.txt").touch()
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\0")
    (folder / "unknown").write_bytes(b"\0\1\2" * 100)
    (folder / "damaged.docx").write_bytes(b"PK but no zip")
    (folder / ".git").mkdir()
    (folder / ".git" / "config.txt").write_text("harvest")
    collections.add("docs", [folder])
    assert collections.bring_up_to_date()
    (hit,) = collections.search("docs", "harvests?", 5)
    assert (Path(hit.file).name, hit.page, hit.text, hit.rank, hit.by) == (
        "report.pdf",
        2,
        "The harvest was poor",
        1,
        ("words",),
    )
    assert [hit.heading for hit in collections.search("docs", "해지", 5)] == ["계약 > 해지"]
    status = collections.status("DOCS")
    assert status.counts == Counts(documents=3, words=2, failed=1, skipped=3)
    assert [(Path(os.fsdecode(each.path)).name, each.code) for each in status.failed] == [
        ("damaged.docx", "damaged")
    ]
    assert status.skipped == {"empty": 1, "no_kind": 1, "picture": 1}


def test_of_a_file_that_is_too_long_the_beginning_is_found_and_that_is_said(
    collections: Collections, folder: Path
) -> None:
    (folder / "long.txt").write_text("apples\n" + ("-" * 800 + "\n") * 4_000 + "pears\n")
    collections.add("docs", [folder])
    collections.bring_up_to_date()
    assert found(collections, "apples") == ["long.txt"] and found(collections, "pears") == []
    assert counts(collections) == Counts(documents=1, words=1, partly=1)


def test_nothing_is_parsed_twice(collections: Collections, folder: Path, parsed: list[str]) -> None:
    for number in range(5):
        (folder / f"{number}.txt").write_text(f"number {number}")
    (folder / "binary").write_bytes(b"\0" * 50)
    collections.add("docs", [folder])
    collections.bring_up_to_date()
    assert len(parsed) == 5
    parsed.clear()
    collections.bring_up_to_date()
    (folder / "0.txt").rename(folder / "moved.txt")
    (folder / "1 copy.txt").write_bytes((folder / "1.txt").read_bytes())
    os.utime(folder / "2.txt", ns=(1, 1))
    collections.add("again", [folder])
    collections.bring_up_to_date()
    assert parsed == []
    assert found(collections, "number 0")[0] == "moved.txt"
    (folder / "3.txt").write_text("quite new")
    collections.bring_up_to_date()
    assert parsed == ["3.txt"]
    assert found(collections, "new") == ["3.txt"]
    assert "3.txt" not in found(collections, "number")


def test_a_broken_off_reading_goes_on_where_it_was(
    home: Path, folder: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        (folder / f"{number}.txt").write_text(f"number {number}")
        os.utime(folder / f"{number}.txt", ns=(number, number))
    store, _ = DocumentStore.open(home)
    collection = store.collections.add("docs", [os.fsencode(folder)])
    put = store.contents.put

    def killed(place: int, document: NewDocument) -> list[int]:
        if len(parsed) == 3:
            raise KeyboardInterrupt
        return put(place, document)

    indexer = Indexer(store, lambda: False)
    indexer.scan(store.collections.sources())
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(store.contents, "put", killed)
        indexer.read()
    assert parsed == ["5.txt", "4.txt", "3.txt"]  # the newest first
    assert store.places.counts(collection.id) == Counts(documents=6, words=2, waiting=4)
    assert Indexer(store, lambda: False).read() == 4
    assert store.places.counts(collection.id) == Counts(documents=6, words=6)
    store.close()


def test_a_killed_process_loses_at_most_the_file_at_hand(home: Path, folder: Path, parsed: list[str]) -> None:
    for number in range(150):
        (folder / f"{number}.txt").write_text(f"number {number}")
    command = [sys.executable, "-m", "app", "collections", "add", "docs", str(folder)]
    environment = {**os.environ, "COTERIE_HOME": str(home)}
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    collections = Collections(home, lambda: None)
    try:
        running_until(lambda: (home / LOCK).exists() and counts(collections).words > 5)
    finally:
        running.kill()
        running.wait()
    before = counts(collections).words
    assert collections.bring_up_to_date()  # the lock ended with its holder
    assert counts(collections) == Counts(documents=150, words=150)
    assert len(parsed) == 150 - before
    collections.close()


def test_a_full_disk_is_said_and_nothing_is_lost(home: Path, folder: Path) -> None:
    for number in range(4):
        (folder / f"{number}.txt").write_text(f"number {number} " * 20_000)
    store, _ = DocumentStore.open(home)
    collection = store.collections.add("docs", [os.fsencode(folder)])
    indexer = Indexer(store, lambda: False)
    indexer.scan(store.collections.sources())
    pages = store.database.read(lambda connection: connection.exec_driver_sql("PRAGMA page_count").scalar())
    # Of the connection that writes, which is a new one after the failure.
    limit = f"PRAGMA max_page_count = {int(pages or 0) + 100}"
    store.database.write(lambda connection: connection.exec_driver_sql(limit).all())
    with pytest.raises(UserError, match="disk_full"):
        indexer.read()
    assert 0 < store.places.counts(collection.id).waiting <= 4
    indexer.read()
    assert store.places.counts(collection.id) == Counts(documents=4, words=4)
    assert len(store.words.search(store.contents.scope(collection.id), "number 3", 50).ids) == 50
    store.close()


def test_whatever_happens_to_files_the_index_holds_what_is_there(
    collections: Collections, folder: Path
) -> None:
    random = Random(7)
    collections.add("docs", [folder])
    for round in range(4):
        for step in range(12):
            files = sorted(path for path in folder.rglob("*") if path.is_file())
            target = folder / random.choice(["", "a", "b/c"]) / f"{random.randrange(20)}.txt"
            target.parent.mkdir(parents=True, exist_ok=True)
            act = random.choice(["write", "write", "copy", "move", "remove"]) if files else "write"
            if act == "write":
                target.write_text(f"word{round}x{step}")
            elif act == "copy":
                target.write_bytes(random.choice(files).read_bytes())
            elif act == "move":
                random.choice(files).replace(target)
            else:
                random.choice(files).unlink()
        collections.bring_up_to_date()
        there = {str(path): path.read_text() for path in folder.rglob("*") if path.is_file()}
        assert counts(collections).words == counts(collections).documents == len(there)
        for text in {*there.values(), f"word{round}x99"}:
            hits = collections.search("docs", text, 50)
            assert {hit.text for hit in hits} == ({text} & {*there.values()})
            assert {hit.file for hit in hits} <= {file for file, held in there.items() if held == text}


def test_what_disappears_is_not_found_but_comes_back_for_nothing(
    collections: Collections, folder: Path, parsed: list[str]
) -> None:
    (folder / "a.txt").write_text("apples")
    (folder / "b.txt").write_text("pears")
    collections.add("docs", [folder])
    collections.bring_up_to_date()
    (folder / "a.txt").rename(folder.parent / "away.txt")
    collections.bring_up_to_date()
    assert found(collections, "apples pears") == ["b.txt"]
    assert counts(collections) == Counts(documents=1, words=1, gone=1)
    (folder.parent / "away.txt").rename(folder / "a.txt")
    folder.rename(
        folder.parent / "elsewhere"
    )  # a whole disk, for instance: what was read of it is still found
    collections.bring_up_to_date()
    assert collections.status("docs").sources[0].gone
    assert found(collections, "pears") == ["b.txt"]
    (folder.parent / "elsewhere").rename(folder)
    parsed.clear()
    collections.bring_up_to_date()
    assert sorted(found(collections, "apples pears")) == ["a.txt", "b.txt"]
    assert not collections.status("docs").sources[0].gone
    assert parsed == []


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_links_in_a_ring_end_and_are_not_followed(collections: Collections, folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "a.txt").write_text("apples")
    (folder / "inner" / "round").symlink_to(folder, target_is_directory=True)
    (folder / "link.txt").symlink_to(folder / "inner" / "a.txt")
    os.mkfifo(folder / "pipe.txt")
    collections.add("docs", [folder])
    collections.bring_up_to_date()
    assert counts(collections) == Counts(documents=1, words=1, skipped=3)


@pytest.mark.skipif(os.name == "nt", reason="these are no names there")
@pytest.mark.long
def test_among_20_000_files_the_one_with_words_is_found(collections: Collections, folder: Path) -> None:
    for number in range(20):
        (folder / f"{number}").mkdir()
        for each in range(1000):
            os.close(os.open(folder / f"{number}" / f"{each}.bin", os.O_CREAT))
    (folder / "5" / "lease.txt").write_text("The rent is 512 euros.")
    collections.add("docs", [folder])
    collections.bring_up_to_date(meaning=False)
    assert found(collections, "rent") == ["lease.txt"]
    assert (counts(collections).documents, counts(collections).skipped) == (1, 20_000)


def test_names_of_every_kind_are_kept_and_shown_plainly(collections: Collections, folder: Path) -> None:
    names = [unicodedata.normalize("NFD", "한글 café.txt"), "evil\u202etxt.exe.txt", "line\nbreak.txt"]
    for name in names:
        (folder / name).write_text("apples")
    raw = os.fsencode(folder / os.fsdecode(b"latin-\xe9.txt"))
    try:
        Path(os.fsdecode(raw)).write_text("apples and pears")
    except OSError:  # a file system that takes UTF-8 alone
        raw = b""
    collections.add("docs", [folder])
    collections.bring_up_to_date()
    assert counts(collections).words == len(names) + bool(raw)
    assert not raw or found(collections, "pears") == [os.fsdecode(b"latin-\xe9.txt")]
    assert reading.shown_name(os.fsencode(names[0])) == "한글 café.txt"
    assert reading.shown_name(os.fsencode(names[1])) == "eviltxt.exe.txt"


def test_a_file_that_changes_while_it_is_read_is_told_and_read_later(
    collections: Collections, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing = folder / "log.txt"
    changing.write_text("apples")
    real, calls = os.fstat, 0

    def fstat(descriptor: int) -> os.stat_result:
        nonlocal calls
        calls += real(descriptor).st_ino == changing.stat().st_ino
        if calls == 2:
            changing.write_text("apples and pears")
        return real(descriptor)

    collections.add("docs", [folder])
    with monkeypatch.context() as patched:
        patched.setattr(reading.os, "fstat", fstat)
        collections.bring_up_to_date()
    assert [each.code for each in collections.status("docs").failed] == ["changed"]
    collections.bring_up_to_date()
    assert found(collections, "pears") == ["log.txt"]


def test_another_process_reads_alone_while_searches_go_on(
    collections: Collections, home: Path, folder: Path
) -> None:
    (folder / "a.txt").write_text("apples")
    collections.add("docs", [folder])
    with locked(home / LOCK, 0.0):
        assert not collections.bring_up_to_date()
        assert found(collections, "apples") == []
    assert collections.bring_up_to_date()
    assert found(collections, "apples") == ["a.txt"]


def test_a_damaged_index_is_made_anew_from_what_the_collections_consist_of(home: Path, folder: Path) -> None:
    (folder / "a.txt").write_text("apples")
    first = Collections(home, lambda: None)
    first.add("docs", [folder])
    first.bring_up_to_date()
    first.close()
    (home / FILE).write_bytes(b"x" * 9000)
    second = Collections(home, lambda: None)
    assert counts(second) == Counts() and second.was_damaged
    second.bring_up_to_date()
    assert found(second, "apples") == ["a.txt"]
    second.close()


def test_removing_forgets_what_no_other_collection_holds(collections: Collections, folder: Path) -> None:
    (folder / "a.txt").write_text("apples")
    (folder / "b.txt").write_text("pears")
    collections.add("docs", [folder])
    collections.add("other", [folder / "a.txt"])
    collections.bring_up_to_date()
    with pytest.raises(UserError, match="no_source"):
        collections.remove("docs", [folder / "a.txt"])
    collections.remove("docs")
    collections.sweep()
    with pytest.raises(UserError, match=r"collections\.none"):
        collections.search("docs", "apples", 1)
    assert [hit.text for hit in collections.search("other", "apples pears", 5)] == ["apples"]


@pytest.mark.parametrize(
    ("work", "code"),
    [
        (lambda here: here.add("  ", []), "bad_name"),
        (lambda here: here.add("a\x00", []), "bad_name"),
        (lambda here: here.add("a", [Path("/no/such/place")]), "no_path"),
        (lambda here: here.status("nothing"), "none"),
    ],
)
def test_what_cannot_be_is_said(
    collections: Collections, work: Callable[[Collections], object], code: str
) -> None:
    with pytest.raises(UserError) as raised:
        work(collections)
    assert raised.value.code == f"collections.{code}"
