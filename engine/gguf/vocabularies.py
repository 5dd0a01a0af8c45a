"""Compares the vocabularies of two files: whether one can draft for the other."""

from __future__ import annotations

import struct

from engine.errors import UserError
from engine.gguf.gguf_file import LongArray
from engine.gguf.gguf_index import GgufIndex

_TOKENS = "tokenizer.ggml.tokens"
_LENGTH = struct.Struct("<Q")
# Some files of a family fill up the end of their vocabulary with tokens that are never used; more than so many more
# are another vocabulary.
_FILLED_UP = 1024


def same_vocabulary(one: GgufIndex, other: GgufIndex) -> bool:
    """Whether both have the same tokens in the same order, as far as the shorter list goes. Reads both files.

    What lies behind is looked at when they are loaded. Raises UserError `model.unreadable`.
    """
    counts = [_count(index) for index in (one, other)]
    if not all(counts) or abs(counts[0] - counts[1]) > _FILLED_UP:
        return False
    count = min(counts)
    return _table(one, count) == _table(other, count)


def _count(index: GgufIndex) -> int:
    tokens = index.metadata.get(_TOKENS)
    if isinstance(tokens, LongArray):
        return tokens.count
    return len(tokens) if isinstance(tokens, tuple) else 0


def _table(index: GgufIndex, count: int) -> bytes:
    """The first `count` tokens as they stand in the file, each behind its length (gguf.md, gguf_string_t)."""
    tokens = index.metadata[_TOKENS]
    if not isinstance(tokens, LongArray):
        texts = (str(token).encode() for token in tokens[:count])
        return b"".join(_LENGTH.pack(len(text)) + text for text in texts)
    end = min((tensor.offset for tensor in index.files[0].tensors), default=index.files[0].bytes)
    try:
        with index.path.open("rb") as file:
            file.seek(tokens.position)
            data = file.read(end - tokens.position)
    except OSError as error:
        raise UserError("model.unreadable", path=str(index.path), detail=error.strerror or "") from error
    position, unpack = 0, _LENGTH.unpack_from
    for _ in range(count):
        if position + _LENGTH.size > len(data):
            break  # the file is another one by now
        position += _LENGTH.size + unpack(data, position)[0]
    return data[:position]
