"""Vectors on disk: the nearest are found as by comparing all, and nothing breaks wherever the writing ended."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.embedding.api import Vectors
from engine.embedding.held import CANDIDATES
from engine.embedding.records import HEADER_BYTES, REMOVED_AT, RecordLayout
from engine.embedding.vector_file import VectorFile

WIDTH = 10  # not whole words
SIZE = RecordLayout(WIDTH).size


def unit(count: int, width: int = WIDTH, seed: int = 0) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((count, width)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def similarities(
    held: dict[int, Vectors], query: Vectors, among: Collection[int] = range(100)
) -> list[float]:
    """Of all, as numbers of half precision give them, seen from their mean, which counts less the fewer they are."""
    if not held:
        return []
    rows = np.stack(list(held.values())).astype(np.float16).astype(np.float64)
    mean = rows.sum(0) / (len(rows) + 16)
    wanted = query - mean
    found = ((rows - mean) @ wanted) / np.linalg.norm(rows - mean, axis=1) / np.linalg.norm(wanted)
    return sorted((found[at] for at, id in enumerate(held) if id in among), reverse=True)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[VectorFile]:
    opened = VectorFile(tmp_path / "a.vectors", WIDTH, "model")
    yield opened
    opened.close()


def reopened(tmp_path: Path, digest: str = "model") -> list[int]:
    found = VectorFile(tmp_path / "a.vectors", WIDTH, digest)
    try:
        return found.ids.tolist()
    finally:
        found.close()


STEPS = st.one_of(
    st.tuples(st.just("add"), st.lists(st.integers(0, 12), max_size=6)),
    st.tuples(st.just("remove"), st.lists(st.integers(0, 12), max_size=6)),
    st.tuples(st.just("reopen"), st.just([])),
    st.tuples(st.just("compact"), st.just([])),
)


@settings(max_examples=60)
@given(st.lists(STEPS, max_size=12), st.integers(0, 2**16))
def test_it_finds_what_comparing_all_finds_after_any_changes(
    steps: list[tuple[str, list[int]]], seed: int
) -> None:
    held: dict[int, Vectors] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.vectors"
        file = VectorFile(path, WIDTH, "model")
        for number, (step, ids) in enumerate(steps):
            if step == "add":
                rows = unit(len(ids), seed=seed + number)
                file.add(ids, rows)
                held |= dict(zip(ids, rows, strict=True))
            elif step == "remove":
                file.remove(ids)
                held = {id: row for id, row in held.items() if id not in ids}
            elif step == "compact":
                assert file.compact(0.0) or path.stat().st_size == HEADER_BYTES + len(held) * SIZE
                assert file.removed == 0
            else:
                file.close()
                file = VectorFile(path, WIDTH, "model")
            assert sorted(file.ids) == sorted(held) and len(file) == len(held)
        query = unit(1, seed=seed)[0]
        hits = file.search(query, 5)
        assert [hit.similarity for hit in hits] == pytest.approx(similarities(held, query)[:5], abs=1e-5)
        for hit in hits:
            assert similarities(held, query, [hit.id]) == pytest.approx([hit.similarity], abs=1e-5)
        hits = file.search(query, 5, np.array([1, 3, 5, 7]))
        expected = similarities(held, query, [1, 3, 5, 7])[:5]
        assert [hit.similarity for hit in hits] == pytest.approx(expected, abs=1e-5)
        file.close()


def test_wherever_writing_broke_off_all_before_it_is_there_and_it_goes_on(
    tmp_path: Path, file: VectorFile
) -> None:
    path = tmp_path / "a.vectors"
    file.add([1, 2], unit(2))
    file.add([3], unit(1))
    file.close()
    whole = path.read_bytes()
    for length in range(HEADER_BYTES, len(whole)):
        path.write_bytes(whole[:length])
        kept = (length - HEADER_BYTES) // SIZE
        again = VectorFile(path, WIDTH, "model")
        assert again.ids.tolist() == [1, 2, 3][:kept]
        assert path.stat().st_size == HEADER_BYTES + kept * SIZE
        again.add([9], unit(1))
        again.close()
        assert reopened(tmp_path) == [*[1, 2, 3][:kept], 9]
    for length in range(HEADER_BYTES):  # a header that is not whole
        path.write_bytes(whole[:length])
        assert reopened(tmp_path) == []


def test_a_record_that_rotted_is_left_out_alone(tmp_path: Path, file: VectorFile) -> None:
    path = tmp_path / "a.vectors"
    file.add([1, 2, 3], unit(3))
    file.close()
    whole = path.read_bytes()
    for at in [*range(16), *range(REMOVED_AT + 8, SIZE)]:
        rotted = bytearray(whole)
        rotted[HEADER_BYTES + SIZE + at] ^= 0x80
        path.write_bytes(rotted)
        assert reopened(tmp_path) == [1, 3]
    path.write_bytes(whole + bytes(5 * SIZE))  # room that was given and never written
    assert reopened(tmp_path) == [1, 2, 3] and path.stat().st_size == len(whole)


def test_an_older_vector_does_not_come_back_when_its_marking_was_lost(
    tmp_path: Path, file: VectorFile
) -> None:
    path = tmp_path / "a.vectors"
    file.add([1], unit(1))
    file.add([1], unit(1, seed=1))
    file.remove([1])
    file.close()
    lost = bytearray(path.read_bytes())
    assert lost[HEADER_BYTES + REMOVED_AT] == 1
    lost[HEADER_BYTES + REMOVED_AT] = 0
    path.write_bytes(lost)
    assert reopened(tmp_path) == []


def test_a_file_of_another_model_counts_as_empty(tmp_path: Path, file: VectorFile) -> None:
    file.add([1], unit(1))
    file.close()
    reader = VectorFile(tmp_path / "a.vectors", WIDTH, "another", writable=False)
    assert len(reader) == 0 and reader.search(unit(1)[0], 5) == []
    reader.close()
    assert reopened(tmp_path) == [1]
    assert reopened(tmp_path, "another") == []


def test_who_only_reads_sees_what_comes_and_changes_nothing(tmp_path: Path, file: VectorFile) -> None:
    path = tmp_path / "a.vectors"
    reader = VectorFile(path, WIDTH, "model", writable=False)
    file.add(range(6), unit(6))
    assert len(reader) == 0
    reader.refresh()
    assert reader.ids.tolist() == [0, 1, 2, 3, 4, 5]
    with path.open("ab") as torn:
        torn.write(b"half a record")
    reader.refresh()
    assert len(reader) == 6 and path.read_bytes().endswith(b"half a record")
    file.remove([0, 1, 2])
    assert file.compact()
    reader.refresh()
    assert reader.ids.tolist() == [3, 4, 5]
    with pytest.raises(ValueError, match="reading alone"):
        reader.add([7], unit(1))
    reader.close()
    early = VectorFile(tmp_path / "later.vectors", WIDTH, "model", writable=False)
    early.refresh()
    assert len(early) == 0
    early.close()


def test_it_compacts_only_when_enough_was_removed(tmp_path: Path, file: VectorFile) -> None:
    file.add(range(8), unit(8))
    file.remove([0])
    assert not file.compact() and file.removed == 1
    file.remove([1])
    assert file.compact() and file.removed == 0
    assert [path.name for path in tmp_path.iterdir()] == ["a.vectors"]
    file.add([20], unit(1))
    file.close()
    assert reopened(tmp_path) == [2, 3, 4, 5, 6, 7, 20]


@pytest.mark.parametrize("at_once", [50, 12 * CANDIDATES])
def test_signs_find_nearly_all_that_comparing_all_finds(tmp_path: Path, at_once: int) -> None:
    """In vectors as models make them: in groups, and all to one side."""
    count, width = 12 * CANDIDATES, 96
    random = np.random.default_rng(7)
    groups = random.standard_normal((300, width))
    rows = groups[random.integers(0, 300, count)] + 0.5 * random.standard_normal((count, width)) + 1.0
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    file = VectorFile(tmp_path / "a.vectors", width, "model")
    for at in range(0, count, at_once):
        file.add(range(at, min(at + at_once, count)), rows[at : at + at_once])
    seen = rows - rows.mean(0)
    seen /= np.linalg.norm(seen, axis=1, keepdims=True)
    found = 0
    for row in rows[:20]:
        query = row + 0.02 * random.standard_normal(width).astype(np.float32)
        exact = set(np.argsort(-(seen @ (query - rows.mean(0))))[:10].tolist())
        found += len(exact & {hit.id for hit in file.search(query, 10)})
    file.close()
    again = VectorFile(tmp_path / "a.vectors", width, "model", writable=False)
    assert again.search(rows[5], 1)[0].id == 5
    again.close()
    assert found >= 190
