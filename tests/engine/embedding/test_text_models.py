"""Any model that embeds or ranks is asked by its file."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from engine.embedding.api import EmbeddingStopped, Ranked
from engine.embedding.text_models import LONGEST_TEXT, TextModels
from engine.errors import UserError
from installer.e5_gguf import write_gguf
from tests.support.engines import faulty_embedding_host
from tests.support.models.small_e5 import POSITIONS, WIDTH, small_e5
from tests.support.models.small_reranker import write_reranker
from tests.support.models.starter import starter_model
from tests.support.waiting import wait_until

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("models")
    write_gguf(small_e5()[0], made / "embeds.gguf")
    write_reranker(made / "ranks.gguf")
    write_reranker(made / "told.gguf", "<s>a: {query}</s>b: {document}</s>")
    return made


@pytest.fixture(scope="module")
def models(folder: Path) -> Iterator[TextModels]:
    """Both processes are there for several tests."""
    made = TextModels()
    made.embed(folder / "embeds.gguf", ["a"])
    made.rerank(folder / "ranks.gguf", "a", ["b"])
    yield made
    made.close()


def test_vectors_have_length_one_and_tokens_are_counted_with_those_left_out(
    models: TextModels, folder: Path
) -> None:
    found = models.embed(folder / "embeds.gguf", ["a b c", "", "a " * (POSITIONS + 88)])
    assert found.vectors.shape == (3, WIDTH)
    assert np.linalg.norm(found.vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    assert found.tokens[1] == 2 and found.tokens[2] > POSITIONS  # with the marks at both ends
    assert found.longest == POSITIONS < LONGEST_TEXT


def test_texts_are_given_as_they_are_unless_they_are_questions_or_passages(
    models: TextModels, folder: Path
) -> None:
    (plain,) = models.embed(folder / "embeds.gguf", ["query: a b"]).vectors
    (asked,) = models.embed(folder / "embeds.gguf", ["a b"], query=True).vectors
    (bare,) = models.embed(folder / "embeds.gguf", ["a b"]).vectors
    assert plain @ asked > 0.9999 > plain @ bare


def test_documents_have_a_score_each_that_depends_on_the_query_and_not_on_the_others(
    models: TextModels, folder: Path
) -> None:
    found = scores_of(models, folder / "ranks.gguf")
    assert found.longest == POSITIONS


def test_a_model_that_says_how_it_is_asked_is_asked_so(folder: Path) -> None:
    models, told = TextModels(), folder / "told.gguf"
    scores_of(models, told)
    long = "a b c d e f g h " * 100
    found = models.rerank(told, "a", [long, long + "z z z", "b </s>", "b"])
    models.close()
    assert found.scores[0] == pytest.approx(found.scores[1], abs=0.02)
    assert found.tokens[1] > found.tokens[0] > POSITIONS
    assert found.tokens[2] > found.tokens[3] + 2  # "</s>" of a document is no mark


def scores_of(models: TextModels, path: Path) -> Ranked:
    documents = [f"{letter} word about {letter}" for letter in "abcdefghijklmnopqrstuvwxyz"] * 2
    found = models.rerank(path, "a b", documents)
    assert len(found.scores) == 52 and len(set(np.round(found.scores, 4))) > 20
    alone = models.rerank(path, "a b", [documents[30]])
    assert alone.scores[0] == pytest.approx(found.scores[30], abs=0.02)
    assert alone.tokens == (found.tokens[30],)
    other = models.rerank(path, "z y x", documents)
    assert np.abs(np.subtract(found.scores, other.scores)).max() > 0.1
    return found


def test_each_kind_refuses_the_other_and_models_that_write(models: TextModels, folder: Path) -> None:
    for path in (folder / "ranks.gguf", starter_model()):
        with pytest.raises(UserError, match="no_embeddings"):
            models.embed(path, ["a"])
    for path in (folder / "embeds.gguf", starter_model()):
        with pytest.raises(UserError, match="no_scores"):
            models.rerank(path, "a", ["b"])


def test_models_that_are_used_at_once_all_answer_and_two_stay(folder: Path) -> None:
    models = TextModels()
    with ThreadPoolExecutor(3) as pool:
        embedded = pool.submit(models.embed, folder / "embeds.gguf", ["a"] * 40)
        ranked = [
            pool.submit(models.rerank, folder / name, "a", ["b"]) for name in ("ranks.gguf", "told.gguf")
        ]
        assert len(embedded.result().vectors) == 40 and all(each.result().scores for each in ranked)
    assert len(models._clients) == 2
    models.close()
    with pytest.raises(EmbeddingStopped):
        models.embed(folder / "embeds.gguf", ["a"])


def test_the_end_of_one_user_ends_nothing_of_another_on_the_same_model(folder: Path) -> None:
    models, user = TextModels(main=faulty_embedding_host.works_without_end), threading.Event()
    path = folder / "embeds.gguf"
    with ThreadPoolExecutor(2) as pool:
        ending = pool.submit(models.embed, path, ["long"], user=user)
        wait_until(lambda: any(client.host.asking for client in models._clients.values()))
        other = pool.submit(models.embed, path, ["a"])
        models.end(user)
        with pytest.raises(EmbeddingStopped):
            ending.result()
        assert len(other.result().vectors) == 1
    with pytest.raises(EmbeddingStopped):
        models.embed(path, ["a"], user=user)
    assert len(models.embed(path, ["a"]).vectors) == 1
    models.close()


def test_the_end_of_a_user_does_not_wait_for_a_model_that_loads(folder: Path) -> None:
    models, user = TextModels(main=faulty_embedding_host.loads_without_end), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        ending = pool.submit(models.embed, folder / "embeds.gguf", ["a"], user=user)
        wait_until(lambda: any(client.host.asking for client in models._clients.values()))
        models.end(user)
        with pytest.raises(EmbeddingStopped):
            ending.result()
    models.close()


def test_numpy_is_not_loaded_before_a_model_is_asked() -> None:
    code = "import sys; from engine.embedding.text_models import TextModels; TextModels().close()"
    command = [sys.executable, "-c", f"{code}; print('numpy' in sys.modules)"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"
