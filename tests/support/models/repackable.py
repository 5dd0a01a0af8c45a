"""The starter in a quantisation that llama.cpp lays out anew for the processor, its tied table included."""

from __future__ import annotations

from pathlib import Path

import llama_cpp.llama_cpp as llama

from tests.support.caches import cache_folder, made_once
from tests.support.models.starter import starter_model

# enum llama_ftype and enum ggml_type of Q4_0.
_FILE, _TABLE = 2, 2


def repackable_model() -> Path:
    """As Q4_0, made once."""
    source = str(starter_model()).encode()
    path = cache_folder("repackable") / "starter-q4_0.gguf"

    def write(partial: Path) -> None:
        params = llama.llama_model_quantize_default_params()
        params.ftype, params.token_embedding_type, params.allow_requantize = _FILE, _TABLE, True
        status = llama.llama_model_quantize(source, str(partial).encode(), params)
        assert status == 0

    return made_once(path, write)
