"""Embeddings and rankings in OpenAI's shape, and in that of the servers that rank. Pure."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
import numpy as np

from app.server.refusal import bad_request
from app.server.texts import cut
from engine.embedding.api import Embedded, Ranked

_MOST = 2048
# Clients make them with OpenAI's vocabulary, unasked: the vector would be that of another text, and nobody knew.
_NO_TOKENS = (
    "It has to be text. Tokens aren’t read here, as each model numbers them in its own way; LangChain sends text "
    "with check_embedding_ctx_length=False."
)


class EmbeddingRequest(msgspec.Struct, kw_only=True):
    """The body of POST /v1/embeddings."""

    input: str | list[Any]
    model: str | None = None
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: Annotated[int, msgspec.Meta(ge=1)] | None = None


class Document(msgspec.Struct):
    text: str


class RerankRequest(msgspec.Struct, kw_only=True):
    """The body of POST /v1/rerank."""

    query: str
    documents: Annotated[list[str | Document], msgspec.Meta(min_length=1, max_length=_MOST)]
    model: str | None = None
    top_n: Annotated[int, msgspec.Meta(ge=1)] | None = None
    return_documents: bool | None = None


def inputs_of(request: EmbeddingRequest) -> list[str]:
    """Raises Refusal 400 for what is no text, or too many of them."""
    texts = [request.input] if isinstance(request.input, str) else request.input
    if not texts or len(texts) > _MOST:
        raise bad_request(f"There have to be 1 to {_MOST} texts.", "input")
    for text in texts:
        if not isinstance(text, str):
            raise bad_request(_NO_TOKENS, "input", "unsupported_value")
        if not text:
            raise bad_request("A text is empty.", "input")
    return list(texts)


def documents_of(request: RerankRequest) -> list[str]:
    return [each if isinstance(each, str) else each.text for each in request.documents]


def embeddings_value(request: EmbeddingRequest, model: str, found: Sequence[Embedded]) -> dict[str, Any]:
    """The answer for the vectors of all inputs, in their order; with `dimensions` cut, and of length 1 again."""
    vectors = np.concatenate([each.vectors for each in found]).astype("<f4")
    if request.dimensions is not None:
        vectors = cut(vectors, request.dimensions)
    as_text = request.encoding_format == "base64"
    data = [
        {
            "object": "embedding",
            "index": index,
            "embedding": base64.b64encode(row.tobytes()).decode() if as_text else row.tolist(),
        }
        for index, row in enumerate(vectors)
    ]
    tokens = sum(sum(each.tokens) for each in found)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": model, "usage": usage}


def ranking_value(
    request: RerankRequest, model: str, documents: Sequence[str], found: Ranked
) -> dict[str, Any]:
    """The best documents first, each by its place in the request."""
    order = sorted(range(len(documents)), key=lambda index: -found.scores[index])[: request.top_n]
    results: list[dict[str, Any]] = [
        {"index": index, "relevance_score": found.scores[index]} for index in order
    ]
    if request.return_documents:
        for result in results:
            result["document"] = {"text": documents[result["index"]]}
    tokens = sum(found.tokens)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "model": model, "results": results, "usage": usage}
