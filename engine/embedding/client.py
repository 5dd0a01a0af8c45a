"""Models that embed and models that rank, each in a host process of its own that is there only while it is used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.embedding import protocol
from engine.embedding.api import Embedded, Ranked, Vectors
from engine.embedding.host_client import HostClient
from engine.embedding.preparation import read_embedding_model, read_ranking_model
from engine.text import clean_text

# Tokens of a text: passages are shorter. What is longer loses its end.
LONGEST_TEXT = 512


class LocalEmbedder:
    """The `Embedder` protocol over a host process. `hosting` as for `HostClient`.

    Raises what `read_embedding_model` raises.
    """

    def __init__(self, path: Path, longest: int = LONGEST_TEXT, **hosting: Any) -> None:
        self._model = read_embedding_model(path)
        self.host = HostClient(path, self._model.name, min(longest, self._model.longest), **hosting)

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def width(self) -> int:
        return self._model.width

    @property
    def digest(self) -> str:
        return self._model.digest

    def embed(self, texts: Sequence[str], *, query: bool) -> Vectors:
        return self.embedded(texts, query=query).vectors

    def embedded(self, texts: Sequence[str], *, query: bool | None) -> Embedded:
        """As `embed`, with the tokens of each; `query` None: without the words that the model has for either."""
        longest = self.host.longest
        prepared = tuple(self._model.preparation.prepared(text, longest, query=query) for text in texts)

        def command(id: int, start: int, end: int) -> protocol.Work:
            return protocol.Embed(id, prepared[start:end])

        rows, tokens = self.host.rows(command, len(prepared), self.width, first=bool(query))
        return Embedded(rows, tokens, longest)

    def abort(self) -> None:
        self.host.abort()

    def close(self) -> None:
        self.host.close()


class LocalReranker:
    """Scores documents by how well they answer a query, in a host process. Thread-safe.

    `hosting` as for `HostClient`. Raises what `read_ranking_model` raises.
    """

    def __init__(self, path: Path, longest: int = LONGEST_TEXT, **hosting: Any) -> None:
        self._model = read_ranking_model(path)
        self.host = HostClient(path, self._model.name, min(longest, self._model.longest), **hosting)

    def rank(self, query: str, documents: Sequence[str]) -> Ranked:
        """A score for each document in turn. Raises as `Embedder.embed`."""
        longest, prepare = self.host.longest, self._model.preparation.prepared
        asked = prepare(query, longest)
        told = tuple(prepare(document, longest) for document in documents)

        def command(id: int, start: int, end: int) -> protocol.Work:
            return protocol.Rank(id, asked, told[start:end], clean_text(self._model.template))

        rows, tokens = self.host.rows(command, len(told), 1, first=True)
        return Ranked(tuple(float(score) for score in rows[:, 0]), tokens, longest)

    def abort(self) -> None:
        """Break off what is being ranked, within a fraction of a second; later calls work again."""
        self.host.abort()

    def close(self) -> None:
        """End for good, and give the memory back."""
        self.host.close()
