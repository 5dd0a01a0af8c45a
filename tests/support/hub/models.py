"""Contents that are models: the starter in several guises, the mixture of experts whole and split, tiny ones made
in memory, and published ones whose weights are a hole."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
from functools import cache
from pathlib import Path

from engine.gguf.gguf_file import LongArray, Tensor
from engine.gguf.reading import read_index
from engine.placement.published.quantisations import Scheme
from tests.support.caches import cache_folder
from tests.support.hub.contents import ChangedContent, Content, DiskContent, MemoryContent, made_up_sha256
from tests.support.models.gguf_bytes import key_strings
from tests.support.models.gguf_headers import header_of
from tests.support.models.gguf_split import split_model
from tests.support.models.moe import moe_model
from tests.support.models.published_files import write_published
from tests.support.models.published_models import PUBLISHED
from tests.support.models.starter import starter_model

# llama.cpp's llama_ftype, what `general.file_type` holds.
FILE_TYPES = {"F16": 1, "Q4_0": 2, "Q4_1": 3, "Q8_0": 7, "Q5_0": 8, "Q2_K": 10, "Q3_K_M": 12, "Q4_K_M": 15}
FILE_TYPES |= {"Q5_K_M": 17, "Q6_K": 18, "IQ2_XXS": 19, "IQ4_NL": 25, "IQ4_XS": 30, "BF16": 32, "MXFP4": 38}
_TINY_TOKENS = 64


def starter(quantisation: str = "Q4_1") -> Content:
    """The starter model (98 MB), which says of itself that it is of this quantisation. Q4_1 is the truth."""
    return as_quantisation(starter_model(), quantisation)


def moe(quantisation: str = "Q4_1") -> Content:
    """The upcycled mixture of experts (447 MB)."""
    return as_quantisation(moe_model(), quantisation)


def split_moe(parts: int = 3) -> tuple[Content, ...]:
    """The same in `parts` files, which are named STEM-00001-of-0000N.gguf."""
    model = moe_model()
    folder = cache_folder("models") / f"{model.stem}-in-{parts}"
    if not folder.exists():
        partial = folder.with_suffix(f".{os.getpid()}.partial")
        partial.mkdir()
        try:
            split_model(model, partial, parts)
            with contextlib.suppress(OSError):  # another run was faster
                partial.replace(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return tuple(DiskContent(path) for path in sorted(folder.glob("*.gguf")))


def as_quantisation(model: Path, quantisation: str) -> Content:
    content = DiskContent(model)
    key = b"general.file_type"
    place = content.read(0, 2**20).index(key) + len(key) + 4
    number = FILE_TYPES[quantisation].to_bytes(4, "little")
    if content.read(place, 4) == number:
        return content
    return ChangedContent(content, {place: number})


@cache
def tiny(size: int = 300_000, seed: int = 0, quantisation: str = "Q8_0") -> Content:
    """A model of about `size` bytes in memory, one layer of the starter's architecture over random weights. Its
    structure is good; it is not for loading."""
    index = read_index(starter_model())
    metadata = {key: value for key, value in index.metadata.items() if not isinstance(value, LongArray)}
    metadata |= {"llama.block_count": 1, "general.file_type": FILE_TYPES[quantisation]}
    metadata |= {"general.name": f"Tiny {seed}", "llama.vocab_size": _TINY_TOKENS}
    rows = max(1, size // (4 * 576))
    shapes = {
        "token_embd.weight": (576, rows),
        "blk.0.attn_norm.weight": (576,),
        "output_norm.weight": (576,),
    }
    tensors = tuple(
        Tensor(name, shape, "F32", 0, 4 * shape[0] * (shape[1] if len(shape) > 1 else 1))
        for name, shape in shapes.items()
    )
    tokens = key_strings("tokenizer.ggml.tokens", [f"token{number}" for number in range(_TINY_TOKENS)])
    header, data = header_of(metadata, tensors, (tokens,))
    return MemoryContent(header + random.Random(f"{seed}{quantisation}").randbytes(data))


def published(name: str, scheme: Scheme) -> Content:
    """A published model of any size: a true header, weights that are all zero, and a hash that is made up."""
    path = cache_folder("published") / f"{name}-{scheme}.gguf"
    if not path.exists():
        partial = path.with_suffix(f".{os.getpid()}.partial")
        write_published(PUBLISHED[name], partial, scheme)
        partial.replace(path)
    return DiskContent(path, made_up_sha256(path.name))
