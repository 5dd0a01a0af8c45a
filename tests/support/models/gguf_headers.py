"""Real headers cut to a size that thousands of tests can afford, and headers of indexes made in memory."""

from __future__ import annotations

import math
import struct
from functools import cache
from typing import Any

from engine.gguf.ggml_types import TYPE_NUMBERS
from engine.gguf.gguf_file import LongArray, Tensor
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.reading import read_index
from tests.support.models.gguf_bytes import ARRAY, BOOL, F32, STRING, U32, Row, gguf, key_strings, text
from tests.support.models.starter import starter_model

_KEPT_LAYERS, _KEPT_TOKENS = 2, 64


def key_of(key: str, value: Any) -> bytes:
    """A key with the type that its value suggests; an array takes the type of its first element."""
    if not isinstance(value, tuple):
        kind, body = _scalar(value)
        return text(key) + struct.pack("<I", kind) + body
    kind = _scalar(value[0])[0] if value else U32
    body = b"".join(_scalar(element)[1] for element in value)
    return text(key) + struct.pack("<IIQ", ARRAY, kind, len(value)) + body


def _scalar(value: Any) -> tuple[int, bytes]:
    if isinstance(value, bool):
        return BOOL, struct.pack("<?", value)
    if isinstance(value, int):
        return (U32, struct.pack("<I", value)) if value >= 0 else (5, struct.pack("<i", value))
    return (F32, struct.pack("<f", value)) if isinstance(value, float) else (STRING, text(value))


def header_of(
    metadata: dict[str, Any], tensors: tuple[Tensor, ...], further_keys: tuple[bytes, ...] = ()
) -> tuple[bytes, int]:
    """The header that such a file has, and how many bytes of data follow it. Offsets are made anew."""
    rows, offset = [], 0
    for tensor in tensors:
        rows.append(Row(tensor.name, tensor.shape, TYPE_NUMBERS[tensor.type_name], offset))
        offset += -(-tensor.bytes // 32) * 32
    return gguf([*(key_of(key, value) for key, value in metadata.items()), *further_keys], rows), offset


@cache
def cut_starter_header() -> tuple[bytes, int]:
    """The starter model's header with two of its layers and the beginning of its vocabulary, and the size of
    the data it describes."""
    index = read_index(starter_model())
    metadata = {key: value for key, value in index.metadata.items() if not isinstance(value, LongArray)}
    metadata["llama.block_count"] = _KEPT_LAYERS
    tensors = tuple(tensor for tensor in index.tensors if _is_kept(tensor.name))
    tokens = key_strings("tokenizer.ggml.tokens", [f"token{number}" for number in range(_KEPT_TOKENS)])
    return header_of(metadata, tensors, (tokens,))


def _is_kept(name: str) -> bool:
    prefix, _, rest = name.partition(".")
    return prefix != "blk" or int(rest.partition(".")[0]) < _KEPT_LAYERS


def moe_header(index: GgufIndex, layers: int, changes: dict[str, Any] | None = None) -> tuple[bytes, int]:
    """The header of `index` cut to its first `layers` layers, every shape made small; `changes` to keys last."""
    metadata = {**index.metadata, f"{index.architecture}.block_count": layers, **(changes or {})}
    tensors = []
    for tensor in index.tensors:
        if tensor.name.startswith("blk.") and int(tensor.name.split(".")[1]) >= layers:
            continue
        shape = (*(min(size, 2) for size in tensor.shape[:-1]), tensor.shape[-1])
        tensors.append(Tensor(tensor.name, shape, "F32", 0, 4 * math.prod(shape)))
    return header_of(metadata, tuple(tensors))
