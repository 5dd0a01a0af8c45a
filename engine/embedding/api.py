"""What whoever searches by meaning asks of an embedding model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.floating[Any]]


class EmbeddingStopped(Exception):
    """Somebody called `abort` or `close` meanwhile."""


class Embedded(NamedTuple):
    """Vectors of length 1, a row for each text. `tokens` of each, of which a model reads `longest` at most: what is
    more was left out."""

    vectors: Vectors
    tokens: tuple[int, ...]
    longest: int


class Ranked(NamedTuple):
    """How well each document answers the query: comparable within one ranking alone. `tokens` of each, with the
    query, of which a model reads `longest` at most: what is more was left out."""

    scores: tuple[float, ...]
    tokens: tuple[int, ...]
    longest: int


class Embedder(Protocol):
    """Makes vectors of texts, in the same space for questions and passages. Thread-safe.

    Vectors of two embedders can be compared only if their `digest` is the same. Similarities have no absolute scale:
    compare ranks, never a similarity with a threshold.
    """

    @property
    def width(self) -> int:
        """Numbers in a vector."""

    @property
    def digest(self) -> str:
        """Identifies the model file and how texts are prepared for it."""

    def embed(self, texts: Sequence[str], *, query: bool) -> Vectors:
        """Rows of float32 with length 1, one for each text in turn; what a text has beyond the model's limit is
        left out. `query` tells questions from passages; passages wait as long as there are questions.

        Waits for the result. Raises EmbeddingStopped, and UserError `engine.*` with the reason when the model cannot
        be loaded or run.
        """

    def abort(self) -> None:
        """Break off what is being embedded, within a fraction of a second; later calls work again."""

    def close(self) -> None:
        """End for good, and give the memory back."""
