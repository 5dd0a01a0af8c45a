"""The index of collections: words are found, what nobody holds is forgotten, a damaged file is begun anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store.documents import contents, opening, words
from app.store.documents.opening import FILE
from app.store.documents.records import NewDocument, NewPassage, SeenFile, Source
from app.store.documents.store import DocumentStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DocumentStore]:
    opened, _ = DocumentStore.open(tmp_path)
    yield opened
    opened.close()


def source_of(store: DocumentStore, name: str, path: bytes = b"/docs") -> Source:
    return next(
        each
        for each in store.collections.sources(store.collections.add(name, [path]).id)
        if each.path == path
    )


def words_of(store: DocumentStore, collection: int, query: str, limit: int) -> list[int]:
    return store.words.search(store.contents.scope(collection), query, limit).ids


def put(
    store: DocumentStore, source: Source, path: bytes, *texts: str, sha256: str = "", heading: str = ""
) -> list[int]:
    store.places.see(source, 1, [SeenFile(path, 1, 1, 1)])
    (waiting,) = store.places.waiting(10)
    pieces = tuple(NewPassage(number, "", 0, len(text), heading, text) for number, text in enumerate(texts))
    name = path.rpartition(b"/")[2].decode()
    return store.contents.put(
        waiting.id, NewDocument(sha256 or path.hex(), name, "text", "words", "", pieces)
    )


def test_korean_words_are_found_with_any_ending_and_headings_weigh_more(store: DocumentStore) -> None:
    source = source_of(store, "a")
    (contract,) = put(store, source, b"/docs/a", "계약은 30일 전에 해지할 수 있다.")
    (other,) = put(store, source, b"/docs/b", "메모리를 절약하는 방법")
    (headed,) = put(store, source, b"/docs/c", "Thirty days before the end.", heading="계약 해지")
    assert words_of(store, source.collection, "해지하려면?", 10) == [headed, contract]
    assert words_of(store, source.collection, "메모리가", 10) == [other]
    assert words_of(store, source.collection, '" OR *', 10) == []


def test_a_search_finds_only_what_the_collection_holds(store: DocumentStore) -> None:
    one, other = source_of(store, "one"), source_of(store, "other", b"/elsewhere")
    found = put(store, one, b"/docs/a", "apples and pears")
    put(store, other, b"/elsewhere/a", "apples and plums")
    assert words_of(store, one.collection, "apple", 10) == found
    assert [each.path for each in store.contents.passages(one.collection, found).values()] == [b"/docs/a"]
    assert store.contents.passages(other.collection, found) == {}


@pytest.mark.parametrize("by_row", [True, False])
def test_what_no_file_holds_is_forgotten_with_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_row: bool
) -> None:
    """As older SQLite has to do it too."""
    if not by_row:
        monkeypatch.setattr(contents, "DELETES_BY_ROW", False)
        monkeypatch.setattr(opening, "_SCHEMA", opening._SCHEMA.replace(", contentless_delete=1", ""))
    store, _ = DocumentStore.open(tmp_path)
    source, copy = source_of(store, "one"), source_of(store, "two", b"/copies")
    ids = put(store, source, b"/docs/a", "apples", "pears")
    put(store, source, b"/docs/b", "apples only")
    assert put(store, copy, b"/copies/a", "apples", "pears", sha256=b"/docs/a".hex()) == []  # known
    store.collections.remove(source.collection)
    assert store.contents.sweep() is not None  # of b alone: a copy of the other stays
    assert sorted(words_of(store, copy.collection, "apples pears", 10)) == ids
    store.collections.remove(copy.collection)
    assert store.contents.sweep() == ids
    assert store.contents.sweep() is None
    fresh = source_of(store, "three")
    assert put(store, fresh, b"/docs/a", "apples") > ids  # no id is given twice
    store.close()


def test_a_damaged_file_is_set_aside_and_begun_anew(tmp_path: Path) -> None:
    store, is_new = DocumentStore.open(tmp_path)
    store.collections.add("a", [b"/docs"])
    store.close()
    assert not is_new
    (tmp_path / FILE).write_bytes(b"no database at all" * 1000)
    store, is_new = DocumentStore.open(tmp_path)
    assert is_new and store.collections.all() == []
    assert (tmp_path / f"{FILE}.damaged").exists()
    store.close()


def test_sources_within_others_are_one(store: DocumentStore) -> None:
    inner = source_of(store, "a", b"/docs/inner")
    put(store, inner, b"/docs/inner/x", "apples")
    outer = source_of(store, "a")
    store.collections.add("a", [b"/docs/inner/x", b"/docs2"])
    assert [each.path for each in store.collections.sources(outer.collection)] == [b"/docs", b"/docs2"]
    assert store.places.count(outer.id) == 1


def test_frequent_words_are_not_ranked_one_by_one(
    store: DocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_MOST_MATCHED", 3)
    source = source_of(store, "a")
    texts = ["north wind", "north star", "north sea", "south wind", "west wind", "east wind", "wind and sea"]
    for number, text in enumerate(texts):
        put(store, source, b"/docs/%d" % number, text)
    ids = [put(store, source, b"/docs/more", "north", "south", "a rare north wind")[-1]]

    def found(query: str) -> list[int]:
        return words_of(store, source.collection, query, 2)

    assert found("rare wind") == ids  # the frequent one is left out
    assert set(found("north wind")) == {1, *ids}  # both occur
    assert set(found("wind")) <= {6, 7, *ids}  # of what was read last


def test_words_that_are_frequent_elsewhere_are_found_in_a_small_collection(
    store: DocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_MOST_MATCHED", 3)
    small, large = source_of(store, "small"), source_of(store, "large", b"/large")
    first = put(store, small, b"/docs/a", "the wind rises")
    put(store, large, b"/large/a", *(f"wind number {number}" for number in range(9)))
    last = put(store, small, b"/docs/b", "no wind")
    put(store, large, b"/large/b", *(f"wind in {number}" for number in range(9)))
    assert set(words_of(store, large.collection, "wind", 9)) <= set(range(11, 21))
    assert words_of(store, small.collection, "rises", 9) == first
    assert words_of(store, small.collection, "wind", 9) == last
    store.collections.remove(large.collection)
    store.contents.sweep()
    assert sorted(words_of(store, small.collection, "wind", 9)) == [*first, *last]


def test_of_many_passages_those_with_most_of_the_query_are_ranked(
    store: DocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_MOST_RANKED", 4)
    source = source_of(store, "a")
    texts = [
        "a lonely harbor",
        "cold harbor",
        "a lonely road far out",
        *(f"harbor {number}" for number in range(20)),
    ]
    ids = put(store, source, b"/docs/a", *texts)
    found = words_of(store, source.collection, "lonely harbor", 9)
    assert found[0] == ids[0] and len(found) == 4
    assert set(found) == {ids[0], ids[2], *ids[-2:]}  # the rarer word, then what was read last
