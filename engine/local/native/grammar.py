"""llama.cpp's grammar engine, kept apart from the sampler chain.

A grammar that judges the whole vocabulary at each token costs more than the model itself. So a token is
sampled without it, judged alone, and sampled again among allowed ones only if it is refused.

The engine must never accept what it refuses: it then throws through the C interface, which ends the process.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import llama_cpp.llama_cpp as llama

# llama-cpp-python brings numpy: an array of the vocabulary's size cannot be filled in Python in time.
import numpy as np

from engine.local.native import SamplerChain, vocabulary_size

# Judged first when a token was refused; what lies behind them is all but impossible.
_LIKELIEST = 1024
# llama.h, struct llama_token_data.
CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])


class Grammar:
    """A grammar and its reading state; `close` frees it. Raises ValueError for invalid GBNF.

    `vocab` must live longer.
    """

    def __init__(self, vocab: int, gbnf: str, root: str = "root") -> None:
        self._sampler = llama.llama_sampler_init_grammar(vocab, gbnf.encode(), root.encode())
        if not self._sampler:
            raise ValueError("llama.cpp does not read this grammar")
        self._one = np.zeros(1, CANDIDATE)

    def allows(self, token: int) -> bool:
        """Whether the token may come next; one that ends the reply may where the grammar is complete."""
        self._one[0] = (token, 1.0, 0.0)
        self.judge(self._one)
        return bool(self._one["logit"][0] > -np.inf)

    def judge(self, candidates: np.ndarray[Any, np.dtype[np.void]]) -> None:
        """Set the logit of each refused candidate to minus infinity."""
        array = _as_array(candidates)
        llama.llama_sampler_apply(self._sampler, ctypes.byref(array))

    def accept(self, token: int) -> None:
        """Advance. Only for a token that `allows` has just allowed."""
        llama.llama_sampler_accept(self._sampler, token)

    def close(self) -> None:
        llama.llama_sampler_free(self._sampler)


class GrammarSampler:
    """Samples from a chain, within a grammar if there is one."""

    def __init__(self, chain: SamplerChain, vocab: int) -> None:
        self._chain = chain
        self._size = vocabulary_size(vocab)
        self._ids = np.arange(self._size, dtype=np.int32)
        self.refusals = 0  # how often a token had to be drawn again

    def sample(
        self, context: int, grammar: Grammar, is_free: Callable[[int], bool], index: int = -1
    ) -> tuple[int, bool]:
        """The token that follows the one at `index` of the last batch, and whether the grammar allows it.

        The chain has accepted it, the grammar has not read it. What is free may come although it is not
        allowed. Where no token at all is allowed, one that is not comes back.
        """
        logits = np.ctypeslib.as_array(llama.llama_get_logits_ith(context, index), (self._size,))
        token = self._drawn(self._candidates(logits, None))
        allowed = grammar.allows(token)
        if not allowed and not is_free(token):
            self.refusals += 1
            again = self._drawn_within(logits, grammar)
            allowed, token = again is not None, token if again is None else again
        self._chain.accept(token)
        return token, allowed

    def _drawn_within(self, logits: np.ndarray[Any, Any], grammar: Grammar) -> int | None:
        narrows = self._size > _LIKELIEST and not self._chain.lifts
        few = np.argpartition(logits, -_LIKELIEST)[-_LIKELIEST:] if narrows else None
        for chosen in (few, None):
            candidates = self._candidates(logits, chosen)
            grammar.judge(candidates)
            candidates = candidates[candidates["logit"] > -np.inf].copy()
            if candidates.size:
                return self._drawn(candidates)
        return None

    def _candidates(
        self, logits: np.ndarray[Any, Any], chosen: np.ndarray[Any, Any] | None
    ) -> np.ndarray[Any, np.dtype[np.void]]:
        ids = self._ids if chosen is None else chosen
        candidates = np.empty(ids.size, CANDIDATE)
        candidates["id"] = ids
        candidates["logit"] = logits if chosen is None else logits[chosen]
        candidates["p"] = 0.0
        return candidates

    def _drawn(self, candidates: np.ndarray[Any, np.dtype[np.void]]) -> int:
        array = _as_array(candidates)
        self._chain.apply(array)
        return int(array.data[array.selected].id)


def _as_array(candidates: np.ndarray[Any, np.dtype[np.void]]) -> Any:
    data = candidates.ctypes.data_as(ctypes.POINTER(llama.llama_token_data))
    return llama.llama_token_data_array(data, candidates.size, -1, False)
