"""Installed models that embed or rank are found by what their files say, and used."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.services.collections.reranking import Reranking
from app.services.collections.search_models import SearchModels, embedder_at, included_embedder
from app.store.records import LibraryFile, LibraryModel
from engine.embedding.text_models import TextModels
from installer.e5_gguf import write_gguf
from tests.support.models.small_e5 import WIDTH, small_e5
from tests.support.models.small_reranker import write_reranker
from tests.support.models.starter import starter_model

pytestmark = pytest.mark.process


def entry(path: Path, name: str, added: float = 1.0) -> LibraryModel:
    return LibraryModel(name, name, (LibraryFile(str(path), path.stat().st_size),), "file", added)


@pytest.fixture
def installed(tmp_path: Path) -> list[LibraryModel]:
    write_gguf(small_e5()[0], tmp_path / "embeds.gguf")
    write_reranker(tmp_path / "ranks.gguf")
    (tmp_path / "broken.gguf").write_bytes(b"GGUF broken")
    return [
        entry(starter_model(), "Writes"),
        entry(tmp_path / "embeds.gguf", "Embeds"),
        entry(tmp_path / "ranks.gguf", "Ranks"),
        entry(tmp_path / "broken.gguf", "Broken"),
    ]


@pytest.fixture
def models() -> Iterator[TextModels]:
    made = TextModels()
    yield made
    made.close()


def test_models_are_told_by_their_files(installed: list[LibraryModel]) -> None:
    found = SearchModels(lambda: installed)
    assert [model.name for model in found.embedding()] == ["Embeds"]
    assert found.ranking() == Path(installed[2].path)
    installed[:] = [msgspec.structs.replace(each, trashed=1.0) for each in installed]
    assert found.embedding() == [] and found.ranking() is None


def test_a_chosen_model_that_is_gone_is_replaced_by_the_one_that_comes_along(
    installed: list[LibraryModel], tmp_path: Path
) -> None:
    chosen = embedder_at(installed[1].path)
    assert chosen is not None and chosen.width == WIDTH
    included, gone = included_embedder(), embedder_at(str(tmp_path / "gone.gguf"))
    assert (gone and gone.digest) == (included and included.digest)


def test_an_installed_model_scores_what_is_found(installed: list[LibraryModel], models: TextModels) -> None:
    search = SearchModels(lambda: installed)
    texts = [f"{letter} {letter}" for letter in "abcdefghij"]
    scores = Reranking(search.ranking, models).scores("a b", texts)
    assert scores == pytest.approx(models.rerank(Path(installed[2].path), "a b", texts).scores, abs=0.02)
    del installed[2]
    assert Reranking(search.ranking, models).scores("a b", texts) is None


def test_a_model_that_fails_or_is_too_slow_changes_nothing(
    installed: list[LibraryModel], models: TextModels
) -> None:
    ranks, writes = Path(installed[2].path), Path(installed[0].path)
    assert Reranking(lambda: writes, models).scores("a", ["b"]) is None
    began = time.monotonic()
    assert Reranking(lambda: ranks, models, patience_s=0.0).scores("a", ["b"] * 20) is None
    assert time.monotonic() - began < 60
