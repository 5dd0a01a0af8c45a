"""llama.cpp's sampler chain."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence
from typing import Any

import llama_cpp.llama_cpp as llama

# llama-cpp-python brings numpy: the best of a hundred thousand cannot be found in Python in time.
import numpy as np

from engine.local.native.vocabulary import vocabulary_size


class SamplerChain:
    """Owns a chain of llama.cpp samplers; `close` frees all of them."""

    def __init__(self) -> None:
        params = llama.llama_sampler_chain_default_params()
        self._chain = llama.llama_sampler_chain_init(params)
        # So many logits, where the best of them is all that is asked for.
        self._greedy_of = 0
        self._logits = ctypes.c_float * 0
        # Whether a token that was unlikely may come first by it.
        self.lifts = False

    def bias(self, vocab: int, bias: Sequence[tuple[int, float]]) -> None:
        """Add to the logits of tokens, each of them one of the vocabulary."""
        given = (llama.llama_logit_bias * len(bias))(*(llama.llama_logit_bias(*each) for each in bias))
        self._add(llama.llama_sampler_init_logit_bias(vocabulary_size(vocab), len(bias), given))
        self.lifts |= any(value > 0 for _, value in bias)

    def repeat_penalty(self, vocab: int, last: int, penalty: float, before: Iterable[int]) -> None:
        """Look back over the `last` tokens, at first the tokens `before`; those below 0, of pictures, are none."""
        sampler = llama.llama_sampler_init_penalties(vocabulary_size(vocab), last, penalty, 0.0, 0.0)
        for token in before:
            if token >= 0:
                llama.llama_sampler_accept(sampler, token)
        self._add(sampler)

    def count_penalties(self, vocab: int, last: int, presence: float, frequency: float) -> None:
        """Look back over the `last` tokens that are accepted from now on."""
        size = vocabulary_size(vocab)
        self._add(llama.llama_sampler_init_penalties(size, last, 1.0, frequency, presence))
        self.lifts |= min(presence, frequency) < 0

    def top_k(self, count: int) -> None:
        self._add(llama.llama_sampler_init_top_k(count))

    def top_p(self, share: float) -> None:
        self._add(llama.llama_sampler_init_top_p(share, 1))

    def min_p(self, share: float) -> None:
        self._add(llama.llama_sampler_init_min_p(share, 1))

    def temperature(self, value: float) -> None:
        self._add(llama.llama_sampler_init_temp(value))

    def draw(self, seed: int) -> None:
        self._add(llama.llama_sampler_init_dist(seed))

    def greedy(self, vocab: int) -> None:
        is_alone = not llama.llama_sampler_chain_n(self._chain)
        self._add(llama.llama_sampler_init_greedy())
        self._greedy_of = vocabulary_size(vocab) if is_alone else 0
        self._logits = ctypes.c_float * self._greedy_of

    def sample(self, context: int, index: int = -1) -> int:
        """Sample and accept the token after row `index` of the last batch."""
        if self._greedy_of:
            # llama.cpp would first copy all logits into a list of candidates.
            first = llama.llama_get_logits_ith(context, index)
            logits = self._logits.from_address(ctypes.addressof(first.contents))
            return int(np.argmax(np.frombuffer(logits, np.float32)))
        return int(llama.llama_sampler_sample(self._chain, context, index))

    def apply(self, candidates: Any) -> None:
        """Choose among candidates (a llama_token_data_array) without accepting what is chosen."""
        llama.llama_sampler_apply(self._chain, ctypes.byref(candidates))

    def accept(self, token: int) -> None:
        llama.llama_sampler_accept(self._chain, token)

    def close(self) -> None:
        llama.llama_sampler_free(self._chain)

    def _add(self, sampler: Any) -> None:
        llama.llama_sampler_chain_add(self._chain, sampler)
