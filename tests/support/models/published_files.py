"""Published models as files that llama.cpp opens: a true header over a hole where the weights would be.

They take the disk a few megabytes, so a dry run (`no_alloc`, which reads no weights) tells what llama.cpp
itself makes of a model of hundreds of billions of parameters.
"""

from __future__ import annotations

import os
from pathlib import Path

from engine.placement.published.quantisations import Scheme
from tests.support.models.gguf_bytes import key_strings
from tests.support.models.gguf_headers import header_of
from tests.support.models.published_models import PublishedModel

# Any tokenizer will do; a vocabulary of the right length is what the shapes are checked against.
_TOKENIZER = {
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "default",
    "tokenizer.ggml.bos_token_id": 1,
    "tokenizer.ggml.eos_token_id": 2,
}


def write_published(model: PublishedModel, path: Path, scheme: Scheme | None = None) -> None:
    """Write `model` to `path`. Needs a file system with holes."""
    index = model.gguf(scheme)
    tokens = [f"token{number}" for number in range(model.configuration.vocabulary)]
    keys = (
        key_strings("tokenizer.ggml.tokens", tokens),
        key_strings("tokenizer.ggml.merges", ["to ken"]),
    )
    header, data = header_of(index.metadata | _TOKENIZER, index.tensors, keys)
    path.write_bytes(header)
    os.truncate(path, len(header) + data)
