"""Asks llama.cpp itself how much a model remembers, in a process of its own: `python -m ... MODEL CONTEXT`.

Prints {"cache": bytes, "state": bytes} for caches in F16, one sequence and a ubatch of 512, without loading a
weight.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import llama_cpp.llama_cpp as llama

_SIZE = re.compile(r"(llama_kv_cache|llama_memory_recurrent): size = +([\d.]+) MiB")


def main(path: str, context_length: int) -> None:
    sizes = {"llama_kv_cache": 0.0, "llama_memory_recurrent": 0.0}

    @llama.llama_log_callback
    def log(level: int, text: bytes, _: Any) -> None:
        match = _SIZE.match(text.decode(errors="replace"))
        if match:
            sizes[match[1]] += float(match[2])
        elif level >= 4:
            sys.stderr.write(text.decode(errors="replace"))

    llama.llama_log_set(log, None)
    llama.llama_backend_init()
    params = llama.llama_model_default_params()
    params.no_alloc, params.load_mode = True, 0
    model = llama.llama_model_load_from_file(path.encode(), params)
    if not model:
        sys.exit("llama.cpp refused the model")
    settings = llama.llama_context_default_params()
    settings.n_ctx, settings.n_batch, settings.n_ubatch = context_length, 512, 512
    settings.swa_full = False
    if not llama.llama_init_from_model(model, settings):
        sys.exit("llama.cpp refused the context")
    found = {"cache": sizes["llama_kv_cache"], "state": sizes["llama_memory_recurrent"]}
    print(json.dumps({name: round(size * 2**20) for name, size in found.items()}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
