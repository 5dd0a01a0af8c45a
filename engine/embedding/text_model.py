"""A model that makes vectors of texts, or scores documents, loaded on the processor. Only the embedding host imports
this."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.errors import UserError
from engine.local import native
from engine.local.threads import default_threads
from engine.placement.plan import Placement

# Tokens and texts of a step. More tokens are slower: attention goes over all rows of a step.
STEP_TOKENS, STEP_TEXTS = 1024, 16
_REPORT_S = 1.0


class TokenizedText(NamedTuple):
    """All tokens of a text; of one that is too long the last `ending` stay, and what is before them is left out."""

    tokens: list[int]
    ending: int


class TextModel:
    """A text has at most `longest` tokens; the end of what is longer is left out.

    `abort` breaks off a step from any thread; `on_progress` is called every second while it loads.

    Raises UserError `engine.*` with the reason when the file cannot be used.
    """

    def __init__(
        self, path: str, longest: int, abort: native.AbortFlag, on_progress: Callable[[], None]
    ) -> None:
        self.abort = abort
        self._room = max(STEP_TOKENS, longest)
        self._model = native.load_model(path, Placement(self._room, repack=False), _every_second(on_progress))
        if not self._model:
            raise native.model_refusal()
        self._vocab = native.vocabulary(self._model)
        self._ends_texts = native.ends_texts(self._vocab)
        threads = max(1, default_threads() - 1)
        self._context = native.new_embedding_context(self._model, self._room, STEP_TEXTS, threads, abort)
        if not self._context:
            raise UserError("engine.context_memory", context=self._room)
        self._ranks = native.ranks(self._context)
        if not self._ranks and not native.pools(self._context):
            raise UserError("engine.load_failed", detail="no vector for a text")
        self._outputs = (
            native.score_count(self._model) if self._ranks else native.embedding_width(self._model)
        )
        self.width = 1 if self._ranks else self._outputs
        self._longest = longest
        self._batch = native.Batch(self._room)

    def whole(self, text: str) -> TokenizedText:
        tokens = native.tokenize(self._vocab, text, add_special=True, parse_special=False)
        return TokenizedText(tokens, int(self._ends_texts))

    def pair(self, query: str, document: str, template: str) -> TokenizedText:
        """A query and a document. `template` has "{query}" and "{document}" where they stand, "" for models that know
        both by their marks alone."""
        if template:
            start, _, rest = template.partition("{query}")
            between, _, end = rest.partition("{document}")
            marks = [
                native.tokenize(self._vocab, part, add_special=False, parse_special=True)
                for part in (start, between, end)
            ]
            if native.adds_bos(self._vocab):
                marks[0].insert(0, native.bos_token(self._vocab))
        else:
            marks = list(native.pair_marks(self._vocab))
        asked, told = (
            native.tokenize(self._vocab, text, add_special=False, parse_special=False)
            for text in (query, document)
        )
        return TokenizedText([*marks[0], *asked, *marks[1], *told, *marks[2]], len(marks[2]))

    def run(self, texts: Sequence[TokenizedText]) -> Iterator[npt.NDArray[np.float32]]:
        """Vectors of length 1, or one score each, step after step in the order of the texts, until it is aborted.
        Raises UserError `engine.decode_failed` (status)."""
        waiting: list[list[int]] = []
        for tokens in map(self._fitting, texts):
            if len(waiting) == STEP_TEXTS or sum(map(len, waiting)) + len(tokens) > STEP_TOKENS:
                if waiting:
                    yield self._step(waiting)
                waiting = []
            if self.abort.is_set:
                return
            waiting.append(tokens)
        if waiting:
            yield self._step(waiting)

    def _fitting(self, text: TokenizedText) -> list[int]:
        """What is computed of a text."""
        tokens = text.tokens
        if len(tokens) > self._longest:
            kept = max(0, self._longest - text.ending)
            tokens = (tokens[:kept] + tokens[len(tokens) - text.ending :])[: self._longest]
        return tokens or [0]  # a step needs something of each text

    def _step(self, texts: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """Results of these texts, of none when it was aborted."""
        native.forget_texts(self._context)
        self._batch.clear()
        for sequence, tokens in enumerate(texts):
            self._batch.add(sequence, tokens, 0, len(tokens))
        status = self._batch.decode(self._context)
        if self.abort.is_set:
            return np.zeros((0, self.width), np.float32)
        if status:
            raise UserError("engine.decode_failed", status=status)
        found = np.stack([native.embedding(self._context, each, self._outputs) for each in range(len(texts))])
        if self._ranks:
            return found[:, :1]
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
