"""Embeddings and rankings by small real models in processes of their own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from installer.e5_gguf import write_gguf
from tests.support.models.small_e5 import POSITIONS, WIDTH, small_e5
from tests.support.models.small_reranker import write_reranker
from tests.support.servers.served import Served
from tests.support.servers.vendor_schemas import mistakes

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def models(one_server: Served) -> Served:
    """Both models are in the library, and their processes run already."""

    def added(id: str, write: Any) -> None:
        path = Path(one_server.add_model(id).path)
        path.unlink()
        write(path)

    added("small/embeds:F32", lambda path: write_gguf(small_e5()[0], path))
    added("small/ranks:F32", write_reranker)
    assert one_server.ask("/v1/embeddings", {"input": "a", "model": "embeds"}).status == 200
    assert one_server.ask("/v1/rerank", {"query": "a", "documents": ["b"], "model": "ranks"}).status == 200
    return one_server


@pytest.fixture
def client(models: Served) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{models.address}/v1", api_key=models.key, max_retries=0) as client:
        yield client


def test_vectors_come_as_numbers_or_as_bytes_and_have_length_one(
    client: openai.OpenAI, models: Served
) -> None:
    """OpenAI's client asks for bytes unless it is told otherwise."""
    as_bytes = client.embeddings.create(model="small/embeds:F32", input=["a b", "c"])
    as_numbers = client.embeddings.create(model="embeds", input=["a b", "c"], encoding_format="float")
    for one, other in zip(as_bytes.data, as_numbers.data, strict=True):
        assert one.embedding == pytest.approx(other.embedding) and len(one.embedding) == WIDTH
        assert math.dist(one.embedding, [0.0] * WIDTH) == pytest.approx(1.0, abs=1e-4)
    alone = [
        client.embeddings.create(model="embeds", input=text).usage.prompt_tokens for text in ("a b", "c")
    ]
    assert (as_bytes.model, as_bytes.usage.prompt_tokens) == ("small/embeds:F32", sum(alone))
    plain = models.ask("/v1/embeddings", {"input": "a", "model": "embeds"}).json
    assert mistakes("openai", "CreateEmbeddingResponse", plain) == []


def test_vectors_are_cut_to_the_dimensions_asked_for(client: openai.OpenAI) -> None:
    whole = client.embeddings.create(model="embeds", input="a b").data[0].embedding
    cut = client.embeddings.create(model="embeds", input="a b", dimensions=4).data[0].embedding
    length = math.dist(whole[:4], [0.0] * 4)
    assert cut == pytest.approx([number / length for number in whole[:4]], abs=1e-5)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": []}, "input"),
        ({"input": ""}, "input"),
        ({"input": [1, 2]}, "input"),
        ({"input": [[1, 2], [3]]}, "input"),
        ({"input": ["a", 2]}, "input"),
        ({"input": "a", "dimensions": WIDTH + 1}, "dimensions"),
        ({"input": ["a", "a " * (POSITIONS + 9)]}, "input[1]"),
        ({"input": ["a"] * 20 + ["a " * (POSITIONS + 9)]}, "input[20]"),
        ({"input": "a", "encoding_format": "hex"}, "encoding_format"),
    ],
)
def test_what_has_no_vector_is_refused(models: Served, fields: dict[str, Any], param: str) -> None:
    reply = models.ask("/v1/embeddings", {"model": "embeds", **fields})
    assert (reply.status, reply.error["param"]) == (400, param), reply.body


def test_a_model_of_another_kind_is_refused_by_name(models: Served) -> None:
    for path, body in (
        ("/v1/embeddings", {"input": "a", "model": "ranks"}),
        ("/v1/rerank", {"query": "a", "documents": ["b"], "model": "embeds"}),
    ):
        reply = models.ask(path, body)
        assert reply.status == 400 and reply.error["code"].startswith("model.no_"), reply.body
    assert models.ask("/v1/rerank", {"query": "a", "documents": ["b"]}).status == 404


def test_documents_are_ranked_the_best_first(models: Served) -> None:
    documents = ["c d", {"text": "a b"}, "e"]
    body = {"query": "a", "documents": documents, "model": "ranks", "return_documents": True}
    ranked = models.ask("/v1/rerank", body).json["results"]
    scores = [result["relevance_score"] for result in ranked]
    assert scores == sorted(scores, reverse=True)
    assert {result["index"]: result["document"]["text"] for result in ranked} == {0: "c d", 1: "a b", 2: "e"}
    best = models.ask("/v1/rerank", {**body, "top_n": 1, "return_documents": False}).json["results"]
    assert best == [{"index": ranked[0]["index"], "relevance_score": ranked[0]["relevance_score"]}]


def test_models_are_those_that_the_rest_of_the_program_has_in_memory(models: Served) -> None:
    loaded = {path.name for path in models.services.text_models._clients}
    assert loaded == {"small-embeds-F32.gguf", "small-ranks-F32.gguf"}


def test_ollamas_protocol_has_the_same_vectors(client: openai.OpenAI, models: Served) -> None:
    wanted = client.embeddings.create(model="embeds", input=["a b", "c"], encoding_format="float").data
    found = models.ask("/api/embed", {"model": "embeds", "input": ["a b", "c"]}).json
    assert found["model"] == "small/embeds:F32" and found["prompt_eval_count"] > 0
    for vector, each in zip(found["embeddings"], wanted, strict=True):
        assert vector == pytest.approx(each.embedding)
    older = models.ask("/api/embeddings", {"model": "embeds", "prompt": "a b"}).json
    assert older["embedding"] == pytest.approx(wanted[0].embedding)
    cut = models.ask("/api/embed", {"model": "embeds", "input": "a b", "dimensions": WIDTH - 1}).json
    assert [len(row) for row in cut["embeddings"]] == [WIDTH - 1]
    assert models.ask("/api/embed", {"model": "embeds", "input": "a", "dimensions": 9999}).status == 400
    assert models.ask("/api/embed", {"model": "embeds", "input": []}).json["embeddings"] == []


def test_ollamas_protocol_truncates_what_is_too_long_unless_it_is_told_not_to(models: Served) -> None:
    long = {"model": "embeds", "input": ["a " * (POSITIONS + 9)]}
    truncated = models.ask("/api/embed", long).json
    assert len(truncated["embeddings"]) == 1 and truncated["prompt_eval_count"] == POSITIONS
    assert models.ask("/api/embed", {**long, "truncate": False}).status == 400


def test_ollamas_protocol_has_a_vector_for_each_text_or_none_at_all(models: Served) -> None:
    reply = models.ask("/api/embed", {"model": "", "input": ["a", "", "b"]})
    assert (reply.status, reply.error) == (400, "input: A text is empty."), reply.body
    assert models.ask("/api/embed", {"model": "", "input": ""}).json["embeddings"] == []
