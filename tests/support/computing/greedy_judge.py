"""Judges greedy answers by the bare model: what it answers alone, and how far each token's logit lay below the best.

Sums of half floats come out a little different in another order, which depends on what else is in the context. So
two greedy answers may part at a close choice; one that followed other tokens than its own would be far off.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import llama_cpp.llama_cpp as llama
import numpy as np

from engine.formats import ChatFormat
from engine.gguf.reading import read_index
from engine.gguf.summary import summarize
from engine.local import native
from engine.local.model.tokenizer import Tokenizer
from engine.placement.plan import Placement
from engine.values import Message
from tests.support.models.starter import starter_model

# What reading the same tokens in another order of cells was seen to change, with room to spare.
CLOSE = 1.0


class Piece(NamedTuple):
    """The text of a token of an answer, "" of its end, and how far its logit lay above the next best one."""

    text: str
    lead: float


def lead_where_they_part(alone: Sequence[Piece], text: str) -> float | None:
    """How sure the model alone was of the token in whose place `text` has another; None: they are the same."""
    if text == "".join(piece.text for piece in alone):
        return None
    so_far = ""
    for piece in alone:
        so_far += piece.text
        if not text.startswith(so_far):
            return piece.lead
    return alone[-1].lead if alone else 0.0


def is_as_likely(path: Path, question: str, text: str, most: int) -> bool:
    """Whether the model at `path` answers so, or was not sure where it answers otherwise, in so many tokens."""
    lead = lead_where_they_part(judge(path).alone((Message("user", question),), most), text)
    return bool(text) and (lead is None or lead < CLOSE)


class GreedyJudge:
    """A model, in this process, without the engine."""

    def __init__(self, path: Path) -> None:
        native.start()
        self._placement = Placement(2048, ubatch=2048, repack=False)
        self._model = native.load_model(str(path), self._placement, lambda _: True)
        self._vocab = native.vocabulary(self._model)
        summary = summarize(read_index(path))
        self._format = ChatFormat.of_model(summary.chat_template, summary.bos_token, summary.eos_token)

    def worst(self, messages: tuple[Message, ...], answer: str) -> float:
        """The largest distance of a token of `answer` from what the model would have chosen there."""
        tokenizer = Tokenizer(self._vocab)
        return self.worst_of(tokenizer.encode(self._format.render(messages)), tokenizer.marker(answer))

    def worst_in(self, messages: tuple[Message, ...], sequences: Iterable[Sequence[int]]) -> float:
        """As `worst`, of the answer as it lies in one of these sequences: its text may be cut into other tokens."""
        prompt = list(Tokenizer(self._vocab).encode(self._format.render(messages)))
        (written,) = (each[len(prompt) :] for each in map(list, sequences) if each[: len(prompt)] == prompt)
        return self.worst_of(prompt, written)

    def worst_of(self, prompt: Sequence[int], answer: Sequence[int]) -> float:
        """As `worst`, of tokens, which the text of a model of random weights would not tell."""
        worst, step = 0.0, list(prompt)
        with self._context() as context:
            for token in answer:
                logits = self._logits(context, step)
                worst = max(worst, float(logits.max() - logits[token]))
                step = [token]
        return worst

    def logprobs(self, messages: tuple[Message, ...], answer: str) -> list[tuple[int, float]]:
        """The tokens of `answer`, read one by one, each with the natural logarithm of its probability."""
        tokenizer = Tokenizer(self._vocab)
        found, step = [], tokenizer.encode(self._format.render(messages))
        with self._context() as context:
            for token in tokenizer.marker(answer):
                logits = self._logits(context, step).astype(np.float64)
                found.append((token, float(logits[token] - np.logaddexp.reduce(logits))))
                step = [token]
        return found

    def alone(self, messages: tuple[Message, ...], most: int) -> list[Piece]:
        """What the model answers, at most so many tokens."""
        tokenizer = Tokenizer(self._vocab)
        pieces: list[Piece] = []
        step = tokenizer.encode(self._format.render(messages))
        with self._context() as context:
            while len(pieces) < most:
                logits = self._logits(context, step)
                step = [int(logits.argmax())]
                is_end = tokenizer.is_end(step[0])
                second, first = np.partition(logits, -2)[-2:]
                text = "" if is_end else tokenizer.piece(step[0]).decode("utf-8", "replace")
                pieces.append(Piece(text, float(first - second)))
                if is_end:
                    break
        return pieces

    @contextmanager
    def _context(self) -> Iterator[int]:
        context = native.new_context(self._model, self._placement, 1, None)
        try:
            yield context
        finally:
            native.free_context(context)

    def _logits(self, context: int, tokens: list[int]) -> np.ndarray:
        """What may follow these tokens, behind what the context holds; to be used before the next call."""
        assert native.decode(context, tokens) == 0
        pointer = llama.llama_get_logits_ith(context, -1)
        size = native.vocabulary_size(self._vocab)
        return np.ctypeslib.as_array(ctypes.cast(pointer, ctypes.POINTER(ctypes.c_float)), (size,))


@lru_cache(maxsize=2)
def judge(path: Path | None = None) -> GreedyJudge:
    """The judge of the model at `path`, by default of the starter."""
    return GreedyJudge(path or starter_model())
