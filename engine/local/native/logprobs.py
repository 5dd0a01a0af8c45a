"""Probabilities of tokens, from the logits of a row."""

from __future__ import annotations

import llama_cpp.llama_cpp as llama

# llama-cpp-python brings numpy: the logits of a vocabulary cannot be gone through in Python in time.
import numpy as np


def logprobs(context: int, row: int, size: int, token: int, top: int) -> list[tuple[int, float]]:
    """`token` and the `top` likeliest tokens, each with the natural logarithm of its probability after row `row` of
    the last batch.

    The softmax runs over all `size` tokens of the vocabulary. Of equally likely ones the lower id comes first, as in
    greedy decoding. A probability of 0 is -inf, and all are NaN where the model computes NaN.
    """
    logits = np.array(np.ctypeslib.as_array(llama.llama_get_logits_ith(context, row), shape=(size,)))
    highest = logits.max()
    total = float(highest) + float(np.log(np.exp(logits - highest).sum(dtype=np.float64)))
    found = [(token, float(logits[token]) - total)]
    for _ in range(min(top, size)):
        likeliest = int(np.argmax(logits))
        found.append((likeliest, float(logits[likeliest]) - total))
        logits[likeliest] = -np.inf
    return found
