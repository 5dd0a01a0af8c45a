"""The yardstick for the host: the shortest possible loop over the same library, in a process of its own.

Usage: python -m tests.bench.bare_loop MODEL PROMPT_TOKENS ANSWER_TOKENS THREADS
The text of the prompt comes on stdin, and is repeated until it is long enough: a model that is given numbers answers
with the same token again and again, for which the same few experts are read.
Prints JSON: {"prefill_tps": ..., "decode_tps": ...}.
"""

from __future__ import annotations

import ctypes
import json
import sys
import time

import llama_cpp.llama_cpp as llama

from engine.local.native.backends import load_variant


@llama.llama_log_callback
def _silent(level: int, text: bytes, data: object) -> None:
    pass


def measure(
    path: str, prompt: bytes, prompt_tokens: int, answer_tokens: int, threads: int
) -> dict[str, float]:
    """Prefill the first `prompt_tokens` of the prompt and decode `answer_tokens` greedily; tokens per second of
    each."""
    llama.llama_log_set(_silent, ctypes.c_void_p(0))
    load_variant()
    llama.llama_backend_init()
    model = llama.llama_model_load_from_file(path.encode(), llama.llama_model_default_params())
    params = llama.llama_context_default_params()
    params.n_ctx, params.n_batch, params.n_ubatch = 2048, 512, 512
    params.n_threads = params.n_threads_batch = threads
    params.swa_full = False
    context = llama.llama_init_from_model(model, params)
    chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
    llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_greedy())

    def decode(tokens: list[int]) -> None:
        array = (llama.llama_token * len(tokens))(*tokens)
        assert llama.llama_decode(context, llama.llama_batch_get_one(array, len(tokens))) == 0

    decode([1] * 32)  # reads the weights into memory, as the host's first request does
    llama.llama_memory_clear(llama.llama_get_memory(context), True)
    words = (llama.llama_token * (len(prompt) + 1))()
    count = llama.llama_tokenize(
        llama.llama_model_get_vocab(model), prompt, len(prompt), words, len(words), False, True
    )
    assert count > 0
    tokens = [words[i % count] for i in range(prompt_tokens)]
    started = time.perf_counter()
    decode(tokens)
    prefill_s = time.perf_counter() - started
    token = llama.llama_sampler_sample(chain, context, -1)
    started = time.perf_counter()
    for _ in range(answer_tokens - 1):
        decode([token])
        token = llama.llama_sampler_sample(chain, context, -1)
    decode_s = time.perf_counter() - started
    return {"prefill_tps": prompt_tokens / prefill_s, "decode_tps": (answer_tokens - 1) / decode_s}


if __name__ == "__main__":
    counts = (int(word) for word in sys.argv[2:5])
    print(json.dumps(measure(sys.argv[1], sys.stdin.buffer.read(), *counts)))
