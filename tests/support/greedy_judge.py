"""Judges a greedy answer by the bare model: how far each token's logit lay below the best one.

Sums of half floats come out a little different in another order, which depends on what else is in the context. So
two greedy answers may part at a close choice; one that followed other tokens than its own would be far off.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache

import llama_cpp.llama_cpp as llama
import numpy as np

from engine.api import Message
from engine.formats import ChatFormat
from engine.local import native
from engine.local.tokenizer import Tokenizer
from engine.placement.gguf_index import read_index, summarise
from engine.placement.plan import Placement
from tests.support.starter import starter_model

# What reading the same tokens in another order of cells was seen to change, with room to spare.
CLOSE = 1.0


class GreedyJudge:
    """The starter model, in this process, without the engine."""

    def __init__(self) -> None:
        native.start()
        path = starter_model()
        self._placement = Placement(2048, ubatch=2048)
        self._model = native.load_model(str(path), self._placement, lambda _: True)
        self._vocab = native.vocabulary(self._model)
        summary = summarise(read_index(path))
        self._format = ChatFormat.of_model(summary.chat_template, summary.bos_token, summary.eos_token)

    def worst(self, messages: tuple[Message, ...], answer: str) -> float:
        """The largest distance of a token of `answer` from what the model would have chosen there."""
        tokenizer = Tokenizer(self._vocab)
        prompt = tokenizer.encode(self._format.render(messages))
        tokens = tokenizer.marker(answer)
        context = native.new_context(self._model, self._placement, 1, None)
        size = native.vocabulary_size(self._vocab)
        worst, step = 0.0, prompt
        try:
            for token in tokens:
                assert native.decode(context, step) == 0
                pointer = llama.llama_get_logits_ith(context, -1)
                logits = np.ctypeslib.as_array(ctypes.cast(pointer, ctypes.POINTER(ctypes.c_float)), (size,))
                worst = max(worst, float(logits.max() - logits[token]))
                step = [token]
        finally:
            native.free_context(context)
        return worst


@lru_cache(maxsize=1)
def judge() -> GreedyJudge:
    return GreedyJudge()
