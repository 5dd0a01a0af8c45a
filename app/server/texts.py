"""Vectors and scores of texts for clients, by models in processes of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.server.answering import IN_USE, Answering, KnownModel
from app.server.refusal import Refusal, bad_request, stopping
from engine.embedding.api import Embedded, EmbeddingStopped, Ranked, Vectors
from engine.embedding.included import included_model
from engine.embedding.text_models import TextModels

# The id of the model that comes along.
INCLUDED = "multilingual-e5-small"


class Texts:
    """Asks embedding models and rerankers of the library. Methods block: call them off the loop. They raise Refusal,
    and UserError as `TextModels` does. The `models` are those that all else here uses, so that none is in memory
    twice."""

    def __init__(self, answering: Answering, models: TextModels) -> None:
        self._answering, self._models = answering, models

    def embedder(self, name: str) -> KnownModel:
        """The model that a client means; without a name the one that comes along."""
        if name in ("", IN_USE, INCLUDED) and (path := included_model()) is not None:
            return KnownModel(INCLUDED, str(path))
        return self._answering.find(name)

    def reranker(self, name: str) -> KnownModel:
        if name in ("", IN_USE):
            raise Refusal(404, "model_not_found", "Name a reranker model of the library.", param="model")
        return self._answering.find(name)

    def embed(self, model: KnownModel, texts: Sequence[str], first: int | None) -> Embedded:
        """Vectors of length 1 of the texts as they are, `first` the place in the request of the first one; None: of
        texts that are too long, those of what the model reads of them."""
        try:
            found = self._models.embed(Path(model.path), texts, user=self)
        except EmbeddingStopped as error:
            raise stopping() from error
        if first is not None:
            _check_length(found.tokens, found.longest, "input", first)
        return found._replace(tokens=tuple(min(count, found.longest) for count in found.tokens))

    def rerank(self, model: KnownModel, query: str, documents: Sequence[str]) -> Ranked:
        """How well each document answers the query."""
        try:
            found = self._models.rerank(Path(model.path), query, documents, user=self)
        except EmbeddingStopped as error:
            raise stopping() from error
        _check_length(found.tokens, found.longest, "documents")
        return found

    def close(self) -> None:
        """End what is being computed for clients."""
        self._models.end(self)


def cut(vectors: Vectors, dimensions: int) -> Vectors:
    """The first so many numbers of each vector, of length 1 again. Raises Refusal 400 where there are not so many."""
    if dimensions > vectors.shape[1]:
        raise bad_request(f"The model’s vectors have {vectors.shape[1]} numbers.", "dimensions")
    kept = vectors[:, :dimensions]
    return np.asarray(kept / np.maximum(np.linalg.norm(kept, axis=1, keepdims=True), 1e-12), "<f4")


def _check_length(tokens: Sequence[int], longest: int, param: str, first: int = 0) -> None:
    """What a model would leave out is refused: the vector would be that of another text."""
    for index, count in enumerate(tokens, first):
        if count > longest:
            message = f"It has {count} tokens, and the model reads {longest} at most."
            raise bad_request(message, f"{param}[{index}]", "context_length_exceeded")
