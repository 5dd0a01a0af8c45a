"""Several answers at once, in the barest way: one context of some sequences, one token of each per batch."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Sequence
from typing import Any

import llama_cpp.llama_cpp as llama


def streams_tps(model: int, prompts: Sequence[Sequence[int]], answer_tokens: int, threads: int) -> float:
    """Tokens per second of all sequences together, each going on greedily from its prompt.

    A loop of the benchmark's own, without the engine: it says what a batch of so many sequences gives. 0 when
    the context's memory could not be had or llama.cpp failed.
    """
    count, longest = len(prompts), max(map(len, prompts))
    params = llama.llama_context_default_params()
    params.n_seq_max = count
    params.n_ctx = count * (-(-(longest + answer_tokens) // 256) * 256)
    params.n_batch = params.n_ubatch = max(longest, count)
    params.n_threads = params.n_threads_batch = threads
    params.swa_full = False
    params.no_perf = True
    context = int(llama.llama_init_from_model(model, params) or 0)
    if not context:
        return 0.0
    batch = llama.llama_batch_init(max(longest, count), 0, 1)
    chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
    llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_greedy())
    try:
        return _timed(context, batch, chain, prompts, answer_tokens)
    finally:
        llama.llama_sampler_free(chain)
        llama.llama_batch_free(batch)
        llama.llama_free(context)


def _timed(
    context: int, batch: Any, chain: Any, prompts: Sequence[Sequence[int]], answer_tokens: int
) -> float:
    tokens: list[int] = []
    for sequence, prompt in enumerate(prompts):
        rows = [(token, place, sequence, place == len(prompt) - 1) for place, token in enumerate(prompt)]
        if _decode(context, batch, rows):
            return 0.0
        tokens.append(llama.llama_sampler_sample(chain, context, -1))
    started = time.perf_counter()
    for step in range(answer_tokens):
        rows = [
            (token, len(prompt) + step, sequence, True)
            for sequence, (token, prompt) in enumerate(zip(tokens, prompts, strict=True))
        ]
        if _decode(context, batch, rows):
            return 0.0
        tokens = [llama.llama_sampler_sample(chain, context, row) for row in range(len(prompts))]
    return len(prompts) * answer_tokens / (time.perf_counter() - started)


def _decode(context: int, batch: Any, rows: Sequence[tuple[int, int, int, bool]]) -> int:
    """Run tokens, each with its place, its sequence, and whether something is drawn after it."""
    batch.n_tokens = len(rows)
    for index, (token, place, sequence, drawn) in enumerate(rows):
        batch.token[index] = token
        batch.pos[index] = place
        batch.n_seq_id[index] = 1
        batch.seq_id[index][0] = ctypes.c_int32(sequence)
        batch.logits[index] = drawn
    return int(llama.llama_decode(context, batch))
