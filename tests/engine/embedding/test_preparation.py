"""What a model's file says of itself, and what stands before its texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.embedding.preparation import Preparation, preparation_of, read_embedding_model
from engine.errors import UserError
from engine.gguf.gguf_file import GgufFile
from engine.gguf.gguf_index import GgufIndex
from installer.e5_gguf import write_gguf
from tests.support.models.small_e5 import WIDTH, small_e5
from tests.support.models.starter import starter_model


@pytest.mark.parametrize(
    ("name", "architecture", "query", "passage"),
    [
        ("multilingual-e5-small", "bert", "query: ", "passage: "),
        ("Multilingual E5 Large", "bert", "query: ", "passage: "),
        ("multilingual-e5-large-instruct", "bert", "Instruct: ", ""),
        ("Nomic Embed Text v1.5", "nomic-bert", "search_query: ", "search_document: "),
        ("Embeddinggemma 300m", "gemma-embedding", "task: search result | query: ", "title: none | text: "),
        ("Qwen3 Embedding 0.6b", "qwen3", "Instruct: ", ""),
        ("Snowflake Arctic Embed L v2.0", "bert", "query: ", ""),
        ("snowflake-arctic-embed-m", "bert", "Represent this sentence", ""),
        ("bge-small-en-v1.5", "bert", "Represent this sentence", ""),
        ("bge-m3", "bert", "", ""),
        ("Some Other Model", "bert", "", ""),
    ],
)
def test_texts_begin_as_the_model_was_trained(name: str, architecture: str, query: str, passage: str) -> None:
    metadata = {"general.name": name, "general.architecture": architecture}
    found = preparation_of(GgufIndex((GgufFile(Path("model.gguf"), 0, metadata, (), {}),)))
    assert found.query.startswith(query) and bool(found.query) == bool(query)
    assert found.passage == passage


def test_texts_are_normalized_where_the_tokenizer_leaves_it_to_us() -> None:
    own = Preparation("query: ", "passage: ", normalizes=True)
    assert own.prepared("  Ａ\u00a0\tb\n가́ \ud800", 512, query=True) == "query: A b 가́ �"
    assert own.prepared("", 512, query=False) == "passage: "
    other = Preparation("", "", normalizes=False)
    assert other.prepared(" Ａ\n", 512, query=True) == " Ａ\n"


def test_a_file_tells_width_and_identity_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "a.gguf"
    write_gguf(small_e5()[0], path)
    found = read_embedding_model(path)
    assert found.width == WIDTH and found.name == "multilingual-e5-small"
    moved = path.rename(tmp_path / "b.gguf")
    assert read_embedding_model(moved).digest == found.digest
    data = bytearray(moved.read_bytes())
    data[-1] ^= 1
    moved.write_bytes(data)
    assert read_embedding_model(moved).digest != found.digest


def test_a_model_that_writes_answers_is_refused() -> None:
    with pytest.raises(UserError) as error:
        read_embedding_model(starter_model())
    assert error.value.code == "model.no_embeddings"
