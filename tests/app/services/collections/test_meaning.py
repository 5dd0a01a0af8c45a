"""Passages are found by their meaning, with the model that comes along and with a plain one."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from app.services.collections.collections import Collections
from app.services.collections.fusion import chosen, covered, fused
from app.services.collections.passage_search import Hit
from app.services.collections.search_models import included_embedder
from app.store.documents.opening import FILE
from app.store.documents.records import FoundPassage
from engine.embedding.api import EmbeddingStopped, Vectors
from engine.embedding.included import included_model

pytestmark = pytest.mark.process
SAME = {"dog": 0, "개": 0, "hound": 0, "boat": 1, "배": 1, "ship": 1}


class Dictionary:
    """An embedder that knows a few words of two languages."""

    width, digest = 8, "dictionary"

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.before: Callable[[], None] = lambda: None

    def embed(self, texts: Sequence[str], *, query: bool) -> Vectors:
        self.before()
        if not query:
            self.texts += texts
        rows = np.full((len(texts), self.width), 0.01, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[SAME.get(word.strip("?.,"), 7)] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def abort(self) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "docs"
    made.mkdir()
    (made / "a.txt").write_text("A dog is fed twice.")
    (made / "b.txt").write_text("The ship leaves at noon.")
    return made


def names(hits: list[Hit]) -> list[tuple[str, tuple[str, ...]]]:
    return [(Path(hit.file).name, hit.by) for hit in hits]


def test_other_words_for_the_same_are_found_and_both_ways_count_together(
    tmp_path: Path, folder: Path
) -> None:
    embedder = Dictionary()
    collections = Collections(tmp_path / "home", lambda: embedder)
    collections.add("docs", [folder])
    collections.bring_up_to_date(meaning=False)
    assert names(collections.search("docs", "배 ship", 1)) == [("b.txt", ("words",))]
    assert collections.status("docs").finds_meaning and not collections.status("docs").counts.meaning
    collections.bring_up_to_date()
    assert collections.status("docs").counts.meaning == 2
    assert names(collections.search("docs", "hound?", 1)) == [("a.txt", ("meaning",))]
    assert names(collections.search("docs", "배 ship", 1)) == [("b.txt", ("words", "meaning"))]
    collections.close()


def test_a_small_collection_is_searched_beside_a_large_one_that_is_nearer(
    tmp_path: Path, folder: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "dogs.txt").write_text("\n\n".join(["dog " * 200] * 60))
    collections = Collections(tmp_path / "home", Dictionary)
    collections.add("other", [other])
    collections.add("docs", [folder])
    collections.bring_up_to_date()
    assert names(collections.search("docs", "hound", 1)) == [("a.txt", ("meaning",))]
    assert {Path(hit.file).name for hit in collections.search("other", "hound", 9)} == {"dogs.txt"}
    collections.close()


def test_vectors_are_made_once_and_again_where_they_are_lost(tmp_path: Path, folder: Path) -> None:
    def run() -> tuple[list[str], list[tuple[str, tuple[str, ...]]]]:
        embedder = Dictionary()
        collections = Collections(tmp_path / "home", lambda: embedder)
        collections.add("docs", [folder])
        collections.bring_up_to_date()
        found = names(collections.search("docs", "hound", 1))
        collections.close()
        return sorted(embedder.texts), found

    both = ["A dog is fed twice.", "The ship leaves at noon."]
    found = [("a.txt", ("meaning",))]
    assert run() == (both, found)
    assert run() == ([], found)
    (vectors,) = (tmp_path / "home").glob("*.vectors")
    os.truncate(vectors, vectors.stat().st_size - 5)
    made, after = run()
    assert len(made) == 1 and after == found
    (tmp_path / "home" / FILE).write_bytes(
        b"x" * 9000
    )  # ids are given again: the vectors are those of others
    assert run() == (both, found)
    assert len(list((tmp_path / "home").glob("*.vectors"))) == 1


def test_what_is_broken_off_for_an_answer_goes_on_behind_it(tmp_path: Path, folder: Path) -> None:
    embedder = Dictionary()
    stops = [EmbeddingStopped(), EmbeddingStopped()]

    def before() -> None:
        if stops:
            raise stops.pop()

    embedder.before = before
    collections = Collections(tmp_path / "home", lambda: embedder)
    collections.add("docs", [folder])
    collections.bring_up_to_date()
    assert collections.status("docs").counts.meaning == 2 and not stops
    collections.close()


def test_at_most_three_passages_of_a_document_and_neighbors_are_one() -> None:
    def passage(id: int, document: int, first: int) -> FoundPassage:
        return FoundPassage(id, document, 0, "", first, first + 8, "", f"text {id:03}", b"/x", "")

    passages = {
        each.id: each
        for each in [
            passage(1, 1, 0),
            passage(2, 1, 10),
            passage(3, 1, 100),
            passage(4, 1, 200),
            passage(5, 2, 0),
        ]
    }
    ranked = fused([2, 3, 4, 5], [1, 2], dict.fromkeys(range(1, 6), 0.5))
    assert ranked[0] == (2, ("words", "meaning"))
    found = chosen(ranked, passages, 5)
    assert [(each.passage.text, each.by) for each in found] == [
        ("text 001\n\ntext 002", ("words", "meaning")),
        ("text 003", ("words",)),
        ("text 005", ("words",)),
    ]


def test_words_count_by_how_much_of_the_query_they_are() -> None:
    weights = {"the": 0.5, "warranty": 4.0, "e18": 5.5}
    assert covered(weights, "Error E18: see the warranty") == 1
    assert covered(weights, "The the THE") == pytest.approx(0.05)
    assert covered({}, "anything") == 0
    shares = {1: 1.0, 2: 0.05}
    assert [id for id, _ in fused([1], [3, 4], shares)] == [1, 3, 4]  # has all words
    assert [id for id, _ in fused([2], [3, 4], shares)] == [3, 4, 2]
    assert [id for id, _ in fused([2, 1], [], shares)] == [2, 1]  # by words alone


@pytest.mark.model
@pytest.mark.skipif(included_model() is None, reason="set-up could not make the embedding model")
def test_the_included_model_finds_across_languages(tmp_path: Path, folder: Path) -> None:
    collections = Collections(tmp_path / "home", included_embedder)
    collections.add("docs", [folder])
    collections.bring_up_to_date()
    assert names(collections.search("docs", "강아지에게 밥을 몇 번 주나요?", 1)) == [("a.txt", ("meaning",))]
    assert names(collections.search("docs", "When does the vessel depart?", 1))[0][0] == "b.txt"
    collections.close()


class Other(Dictionary):
    """Another model, for which all is the same."""

    width, digest = 12, "other"


def test_the_model_before_finds_until_another_has_made_all_vectors(tmp_path: Path, folder: Path) -> None:
    before, after = Dictionary(), Other()
    collections = Collections(tmp_path / "home", lambda: before)
    collections.add("docs", [folder])
    collections.bring_up_to_date()
    stops = iter([False, False, False])  # within the first document
    asked: list[str] = []
    collections.embed_with(lambda: after)
    assert collections.status("docs").counts.meaning == 0
    after.before = lambda: asked.append("after")
    collections.bring_up_to_date(stopped=lambda: bool(after.texts) or next(stops, False))
    assert 0 < len(after.texts) < 2 and collections.status("docs").counts.meaning == 1
    asked.clear()
    assert names(collections.search("docs", "hound", 1)) == [("a.txt", ("meaning",))]
    assert names(collections.search("docs", "배", 1)) == [("b.txt", ("meaning",))]
    assert not asked
    collections.bring_up_to_date()
    assert collections.status("docs").counts.meaning == 2 and len(after.texts) == 2
    assert names(collections.search("docs", "hound", 1)) == [("a.txt", ("meaning",))]
    assert asked
    assert len(list((tmp_path / "home").glob("*.vectors"))) == 1
    collections.close()


def test_vectors_of_the_model_before_find_after_a_restart_too(tmp_path: Path, folder: Path) -> None:
    collections = Collections(tmp_path / "home", Dictionary)
    collections.add("docs", [folder])
    collections.bring_up_to_date()
    collections.close()
    again = Collections(tmp_path / "home", Other, before=Dictionary)
    assert again.status("docs").counts.meaning == 0
    assert names(again.search("docs", "hound", 1)) == [("a.txt", ("meaning",))]
    again.bring_up_to_date()
    assert names(again.search("docs", "hound", 1)) == [("a.txt", ("meaning",))]
    assert len(list((tmp_path / "home").glob("*.vectors"))) == 1
    again.close()


def test_what_is_found_comes_in_the_order_of_the_scores(tmp_path: Path, folder: Path) -> None:
    told: list[tuple[str, tuple[str, ...]]] = []
    scores: list[float] | None = None

    def score(query: str, texts: Sequence[str]) -> Sequence[float] | None:
        told.append((query, tuple(texts)))
        return scores

    (folder / "c.txt").write_text("A ship for a dog.")
    collections = Collections(tmp_path / "home", Dictionary, score=score)
    collections.add("docs", [folder])
    collections.bring_up_to_date()
    plain = names(collections.search("docs", "dog", 3))
    assert len(plain) == 3
    ((query, texts),) = told
    assert query == "dog" and len(texts) == 3
    scores = [-2.0, 0.5, 7.0]
    assert names(collections.search("docs", "dog", 3)) == [plain[2], plain[1], plain[0]]
    collections.close()


def test_who_chooses_twice_gets_the_last_one(tmp_path: Path, folder: Path) -> None:
    class Third(Dictionary):
        width, digest = 16, "third"

    collections = Collections(tmp_path / "home", Dictionary)
    collections.add("docs", [folder])
    collections.bring_up_to_date()
    other, third = Other(), Third()

    def choose_again() -> None:
        other.before = lambda: None
        collections.embed_with(lambda: third)  # while the other one is at work

    other.before = choose_again
    collections.embed_with(lambda: other)
    collections.bring_up_to_date()
    assert names(collections.search("docs", "hound", 1)) == [("a.txt", ("meaning",))]  # by the first
    assert collections.status("docs").counts.meaning == 0
    collections.bring_up_to_date()
    assert collections.status("docs").counts.meaning == 2 and len(third.texts) == 2
    assert len(list((tmp_path / "home").glob("*.vectors"))) == 1
    collections.embed_with(Dictionary)
    assert names(collections.search("docs", "hound", 1)) == [("a.txt", ("meaning",))]  # by the third
    collections.close()
