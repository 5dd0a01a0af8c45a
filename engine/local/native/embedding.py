"""Embeddings: contexts that pool what a model makes of a text into one vector."""

from __future__ import annotations

import llama_cpp.llama_cpp as llama

# llama-cpp-python brings numpy.
import numpy as np
import numpy.typing as npt

from engine.local.native.decoding import AbortFlag

# Of enum llama_pooling_type: those that do not give one vector for a text, and the one that gives scores.
_POOLING_AS_IN_THE_FILE, _POOLING_NONE, _POOLING_RANK = -1, 0, 4


def new_embedding_context(model: int, rows: int, texts: int, threads: int, abort: AbortFlag) -> int:
    """Create a context for steps of at most `rows` tokens of `texts` texts; 0 without memory.

    A model that is not causal has to see all of a text in one ubatch, so `rows` is the longest text at least.
    """
    params = llama.llama_context_default_params()
    params.n_ctx = params.n_batch = params.n_ubatch = rows
    params.n_seq_max = texts
    params.kv_unified = True
    params.embeddings = True
    params.pooling_type = _POOLING_AS_IN_THE_FILE
    params.n_threads = params.n_threads_batch = threads
    params.no_perf = True
    params.abort_callback = abort.callback
    params.abort_callback_data = abort.data
    return int(llama.llama_init_from_model(model, params) or 0)


def pools(context: int) -> bool:
    """Whether a text gives one vector: neither one for each token nor a score."""
    return int(llama.llama_pooling_type(context)) not in (_POOLING_NONE, _POOLING_RANK)


def ranks(context: int) -> bool:
    """Whether a text gives scores."""
    return int(llama.llama_pooling_type(context)) == _POOLING_RANK


def embedding_width(model: int) -> int:
    return int(llama.llama_model_n_embd_out(model))


def score_count(model: int) -> int:
    return int(llama.llama_model_n_cls_out(model))


def embedding(context: int, sequence: int, width: int) -> npt.NDArray[np.float32]:
    """The vector or the scores of a sequence of the last step; zeros if there is none."""
    found = llama.llama_get_embeddings_seq(context, sequence)
    if not found:
        return np.zeros(width, np.float32)
    return np.ctypeslib.as_array(found, (width,)).astype(np.float32)  # a copy: the next step writes there


def forget_texts(context: int) -> None:
    """Make room for the next step, where the model has a memory at all."""
    memory = llama.llama_get_memory(context)
    if memory:
        llama.llama_memory_clear(memory, False)


def ends_texts(vocab: int) -> bool:
    """Whether the tokenizer puts a token of its own behind each text."""
    return bool(llama.llama_vocab_get_add_eos(vocab) or llama.llama_vocab_get_add_sep(vocab))


def pair_marks(vocab: int) -> tuple[list[int], list[int], list[int]]:
    """Tokens before, between and behind a query and a document, as models that rank know them."""
    end = int(llama.llama_vocab_eos(vocab))
    if end < 0:
        end = int(llama.llama_vocab_sep(vocab))
    starts = [int(llama.llama_vocab_bos(vocab))] if llama.llama_vocab_get_add_bos(vocab) else []
    ends = [end] if llama.llama_vocab_get_add_eos(vocab) else []
    separators = [int(llama.llama_vocab_sep(vocab))] if llama.llama_vocab_get_add_sep(vocab) else []
    return starts, [*ends, *separators], ends
