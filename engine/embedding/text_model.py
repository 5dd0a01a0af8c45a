"""A model that makes vectors of texts, loaded on the processor. Only the embedding host imports this."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from engine.errors import UserError
from engine.local import native
from engine.local.threads import default_threads
from engine.placement.plan import Placement

# A text has at most so many tokens; what is longer loses its end.
LONGEST_TEXT = 512
# Tokens and texts of a step. More tokens are slower: attention goes over all rows of a step.
STEP_TOKENS, STEP_TEXTS = 1024, 16
_REPORT_S = 1.0


class TextModel:
    """`abort` breaks off a step from any thread; `on_progress` is called every second while it loads.

    Raises UserError `engine.*` with the reason when the file cannot be used.
    """

    def __init__(self, path: str, abort: native.AbortFlag, on_progress: Callable[[], None]) -> None:
        self.abort = abort
        self._model = native.load_model(path, Placement(STEP_TOKENS), _every_second(on_progress))
        if not self._model:
            raise native.model_refusal()
        self._vocab = native.vocabulary(self._model)
        self._ends_texts = native.ends_texts(self._vocab)
        threads = max(1, default_threads() - 1)
        self._context = native.new_embedding_context(self._model, STEP_TOKENS, STEP_TEXTS, threads, abort)
        if not self._context:
            raise UserError("engine.context_memory", context=STEP_TOKENS)
        if not native.pools(self._context):
            raise UserError("engine.load_failed", detail="no vector for a text")
        self.width = native.embedding_width(self._model)
        self._longest = min(LONGEST_TEXT, native.trained_context(self._model) or LONGEST_TEXT)
        self._batch = native.Batch(STEP_TOKENS)

    def embed(self, texts: Sequence[str]) -> Iterator[npt.NDArray[np.float32]]:
        """Rows of length 1, step after step in the order of the texts, until it is aborted. Raises UserError
        `engine.decode_failed` (status)."""
        waiting: list[list[int]] = []
        for tokens in map(self.tokens, texts):
            if len(waiting) == STEP_TEXTS or sum(map(len, waiting)) + len(tokens) > STEP_TOKENS:
                yield self._step(waiting)
                waiting = []
            if self.abort.is_set:
                return
            waiting.append(tokens)
        if waiting:
            yield self._step(waiting)

    def tokens(self, text: str) -> list[int]:
        """The tokens that are computed for a text."""
        tokens = native.tokenize(self._vocab, text, add_special=True, parse_special=False)
        if len(tokens) > self._longest:
            ending = tokens[-1:] if self._ends_texts else []
            tokens = tokens[: self._longest - len(ending)] + ending
        return tokens or [0]  # a step needs something of each text

    def _step(self, texts: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """Vectors of these texts, of none when it was aborted."""
        native.forget_texts(self._context)
        self._batch.clear()
        for sequence, tokens in enumerate(texts):
            self._batch.add(sequence, tokens, 0, len(tokens))
        status = self._batch.decode(self._context)
        if self.abort.is_set:
            return np.zeros((0, self.width), np.float32)
        if status:
            raise UserError("engine.decode_failed", status=status)
        found = np.stack([native.embedding(self._context, each, self.width) for each in range(len(texts))])
        found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
        return found


def _every_second(report: Callable[[], None]) -> Callable[[float], bool]:
    reported = time.monotonic()

    def on_progress(_: float) -> bool:
        nonlocal reported
        if time.monotonic() - reported >= _REPORT_S:
            reported = time.monotonic()
            report()
        return True

    return on_progress
