"""Asks llama.cpp itself how much a model remembers, in a process of its own: `python -m ... MODEL CONTEXT OUTPUTS`.

Prints {"cache": bytes, "state": bytes, "compute": bytes} for one sequence and for four, in a list, with caches in
F16 and a ubatch of 512, of which `OUTPUTS` rows may be drawn from, without loading a weight.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from typing import Any

import llama_cpp.llama_cpp as llama

from engine.local.native.backends import load_variant

SEQUENCES = (1, 4)
_SIZE = re.compile(r"(llama_kv_cache|llama_memory_recurrent): size = +([\d.]+) MiB")
_COMPUTE = re.compile(r"(sched_reserve): .* compute buffer size = +([\d.]+) MiB")
_NAMES = {"llama_kv_cache": "cache", "llama_memory_recurrent": "state", "sched_reserve": "compute"}


def main(path: str, context_length: int, outputs: int) -> None:
    sizes: Counter[str] = Counter()

    @llama.llama_log_callback
    def log(level: int, text: bytes, _: Any) -> None:
        line = text.decode(errors="replace")
        match = _SIZE.match(line) or _COMPUTE.match(line)
        if match:
            sizes[_NAMES[match[1]]] += round(float(match[2]) * 2**20)
        elif level >= 4:
            sys.stderr.write(line)

    llama.llama_log_set(log, None)
    load_variant()
    llama.llama_backend_init()
    params = llama.llama_model_default_params()
    params.use_extra_bufts = False  # it would ask for products of matrices that lie one behind the other
    params.no_alloc, params.load_mode = True, 0
    model = llama.llama_model_load_from_file(path.encode(), params)
    if not model:
        sys.exit("llama.cpp refused the model")
    settings = llama.llama_context_default_params()
    settings.n_ctx, settings.n_batch, settings.n_ubatch = context_length, 512, 512
    settings.swa_full, settings.n_outputs_max = False, outputs
    found = []
    for sequences in SEQUENCES:
        sizes.clear()
        settings.n_seq_max, settings.kv_unified = sequences, sequences > 1
        context = llama.llama_init_from_model(model, settings)
        if not context:
            sys.exit("llama.cpp refused the context")
        found.append({name: sizes[name] for name in _NAMES.values()})
        llama.llama_free(context)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
