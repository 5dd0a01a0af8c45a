"""The GGUF of the embedding model: what a small file of the package's kind holds comes out as it went in."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFReader

from engine.gguf.projector import senses
from engine.gguf.reading import read_index
from installer.e5_gguf import write_gguf

WIDTH, LAYERS, HEADS, INNER, POSITIONS, TYPES = 32, 1, 2, 64, 16, 2
TOKENS = [b"<s>", b"<pad>", b"</s>", b"<unk>", "▁서울".encode(), b"\xe2\x96\x81a"]
ROWS = len(TOKENS) + 2
_MATRICES = {"q": (WIDTH, WIDTH), "k": (WIDTH, WIDTH), "v": (WIDTH, WIDTH), "ao": (WIDTH, WIDTH)} | {
    "fi": (INNER, WIDTH),
    "fo": (WIDTH, INNER),
}


def made() -> tuple[bytes, dict[str, bytes]]:
    """A file with random weights, and each weight's bytes by its name."""
    random = np.random.default_rng(0)

    def plain(count: int) -> tuple[int, bytes]:
        return count, random.standard_normal(count).astype("<f4").tobytes()

    def packed(high: int, wide: int) -> tuple[int, bytes]:
        return high * wide, random.bytes(high * wide // 32 * 18)

    weights = {
        "emb.word": packed(ROWS, WIDTH),
        "emb.pos": plain(POSITIONS * WIDTH),
        "emb.type": plain(WIDTH),  # of two kinds of text the second is missing
        "emb.ln.w": plain(WIDTH),
        "emb.ln.b": plain(WIDTH),
    }
    for name, shape in _MATRICES.items():
        weights |= {f"l0.{name}.w": packed(*shape), f"l0.{name}.b": plain(shape[0])}
    for name in ("aln", "oln"):
        weights |= {f"l0.{name}.w": plain(WIDTH), f"l0.{name}.b": plain(WIDTH)}
    ends = np.cumsum([0, *map(len, TOKENS)]).astype("<u4").tobytes()
    start = b"E5S1" + struct.pack("<I7ifi", 1, WIDTH, LAYERS, HEADS, INNER, ROWS, POSITIONS, TYPES, 1e-12, 32)
    start += struct.pack("<5iQ", len(TOKENS), 0, 2, 1, 3, sum(map(len, TOKENS))) + ends
    start += np.arange(len(TOKENS), dtype="<f4").tobytes() + b"".join(TOKENS)
    start += struct.pack("<iI", 0, 5) + b"chars" + struct.pack("<i", len(weights))
    offset = len(start) + sum(2 + len(name) + 21 for name in weights)
    table, body = b"", b""
    for name, (count, data) in weights.items():
        table += struct.pack("<H", len(name)) + name.encode()
        table += struct.pack("<BIQQ", 0, count, offset + len(body), len(data))
        body += data
    return start + table + body, {name: data for name, (_, data) in weights.items()}


def test_vocabulary_and_weights_come_out_as_they_went_in(tmp_path: Path) -> None:
    data, weights = made()
    path = tmp_path / "e5.gguf"
    write_gguf(data, path)
    found = GGUFReader(path)
    fields = {name: field.contents() for name, field in found.fields.items()}
    assert fields["tokenizer.ggml.tokens"] == [*(token.decode() for token in TOKENS), "[PAD6]", "[PAD7]"]
    assert fields["tokenizer.ggml.scores"] == [0, 1, 2, 3, 4, 5, -10000, -10000]
    assert fields["tokenizer.ggml.token_type"] == [3, 3, 3, 2, 1, 1, 5, 5]
    assert fields["bert.pooling_type"] == 1 and fields["bert.attention.causal"] is False
    assert fields["tokenizer.ggml.eos_token_id"] == 2 and fields["tokenizer.ggml.unknown_token_id"] == 3
    tensors = {tensor.name: tensor for tensor in found.tensors}
    assert len(tensors) == len(weights)
    assert tensors["token_embd.weight"].data.tobytes() == weights["emb.word"]
    assert tensors["position_embd.weight"].data.tobytes() == weights["emb.pos"]
    assert tensors["token_types.weight"].data.tobytes() == weights["emb.type"].ljust(2 * 4 * WIDTH, b"\0")
    assert tensors["blk.0.ffn_up.weight"].data.tobytes() == weights["l0.fi.w"]
    assert tensors["blk.0.ffn_up.weight"].shape.tolist() == [WIDTH, INNER]
    assert tensors["blk.0.ffn_down.weight"].shape.tolist() == [INNER, WIDTH]
    assert tensors["blk.0.layer_output_norm.bias"].data.tobytes() == weights["l0.oln.b"]
    assert senses(read_index(path), None).embeds


def test_any_other_file_is_refused_and_one_that_breaks_off_too(tmp_path: Path) -> None:
    data, _ = made()
    for wrong in (
        b"",
        b"GGUF" + data[4:],
        data[:4] + b"\2" + data[5:],
        *(data[: len(data) * part // 9] for part in range(9)),
    ):
        with pytest.raises(ValueError, match="the file of the embedding model"):
            write_gguf(wrong, tmp_path / "e5.gguf")
