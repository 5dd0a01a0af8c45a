"""The starter in a quantisation that llama.cpp lays out anew for the processor, its tied table included."""

from __future__ import annotations

import os
from pathlib import Path

import llama_cpp.llama_cpp as llama

from tests.support.caches import cache_folder, one_maker
from tests.support.starter import starter_model

# enum llama_ftype and enum ggml_type of Q4_0.
_FILE, _TABLE = 2, 2


def repackable_model() -> Path:
    """As Q4_0, made once."""
    source = str(starter_model()).encode()
    path = cache_folder("repackable") / "starter-q4_0.gguf"
    with one_maker(path.parent):
        if not path.exists():
            partial = path.with_suffix(f".{os.getpid()}.partial")
            params = llama.llama_model_quantize_default_params()
            params.ftype, params.token_embedding_type, params.allow_requantize = _FILE, _TABLE, True
            status = llama.llama_model_quantize(source, str(partial).encode(), params)
            assert status == 0
            partial.replace(path)
    return path
