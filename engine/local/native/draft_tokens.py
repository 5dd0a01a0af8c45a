"""Functions for a draft model: its most likely token, and whether two vocabularies match."""

from __future__ import annotations

import llama_cpp.llama_cpp as llama

# llama-cpp-python brings numpy: a vocabulary's logits cannot be gone through in Python in time.
import numpy as np

from engine.local.native.vocabulary import vocabulary_size


def likeliest(context: int, size: int) -> tuple[int, float]:
    """The most likely token after the last batch and its probability. `size` is the vocabulary's."""
    logits = np.ctypeslib.as_array(llama.llama_get_logits_ith(context, -1), shape=(size,))
    token = int(np.argmax(logits))
    # Of the likeliest itself the exponential is 1.
    return token, 1.0 / float(np.exp(logits - logits[token]).sum())


def same_tokens(one: int, other: int) -> bool:
    """Whether two vocabularies have the same tokens with the same ids. Unused padding tokens do not count."""
    sizes = sorted((vocabulary_size(vocab), vocab) for vocab in (one, other))
    (less, short), (more, long) = sizes
    text = llama.llama_vocab_get_text
    if any(text(short, token) != text(long, token) for token in range(less)):
        return False
    unused = llama.LLAMA_TOKEN_ATTR_UNUSED
    return all(llama.llama_vocab_get_attr(long, token) & unused for token in range(less, more))
