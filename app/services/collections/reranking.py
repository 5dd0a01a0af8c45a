"""Orders what a search found by a model that scores each passage for the question, where one is installed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import UserError

if TYPE_CHECKING:
    from engine.embedding.text_models import TextModels

log = logging.getLogger(__name__)
# Scores of texts for a query, None where there are none.
Score = Callable[[str, Sequence[str]], "Sequence[float] | None"]
# An answer waits for it: a model that takes longer changes nothing.
PATIENCE_S = 5.0
_AT_ONCE = 4


class Reranking:
    """`model` gives the file of the model to use, None without one. Thread-safe."""

    def __init__(
        self, model: Callable[[], Path | None], models: TextModels, patience_s: float = PATIENCE_S
    ) -> None:
        self._model, self._models, self._patience_s = model, models, patience_s

    def scores(self, query: str, texts: Sequence[str]) -> Sequence[float] | None:
        """How well each text answers the query; None without a model, and where it fails or is too slow."""
        path = self._model()
        if path is None:
            return None
        from engine.embedding.api import EmbeddingStopped

        end = time.monotonic() + self._patience_s
        scores: list[float] = []
        try:
            while len(scores) < len(texts):
                if time.monotonic() > end:
                    log.warning("The reranker is too slow: %d of %d passages", len(scores), len(texts))
                    return None
                some = texts[len(scores) : len(scores) + _AT_ONCE]
                scores += self._models.rerank(path, query, some).scores
        except (UserError, OSError, ValueError, EmbeddingStopped) as error:
            log.warning("The reranker failed: %s", getattr(error, "code", type(error).__name__))
            return None
        return scores
