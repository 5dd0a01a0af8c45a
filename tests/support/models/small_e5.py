"""A small model of the embedding model's kind with random weights, in the file that its package would hold."""

from __future__ import annotations

import string
import struct

import numpy as np

WIDTH, LAYERS, HEADS, INNER, POSITIONS, TYPES = 32, 1, 2, 64, 512, 2
TOKENS = [b"<s>", b"<pad>", b"</s>", b"<unk>", *(f"▁{letter}".encode() for letter in string.ascii_lowercase)]
TOKENS += [letter.encode() for letter in string.ascii_lowercase + ":서울"]
ROWS = len(TOKENS) + 2
_MATRICES = {"q": (WIDTH, WIDTH), "k": (WIDTH, WIDTH), "v": (WIDTH, WIDTH), "ao": (WIDTH, WIDTH)} | {
    "fi": (INNER, WIDTH),
    "fo": (WIDTH, INNER),
}


def small_e5() -> tuple[bytes, dict[str, bytes]]:
    """The file, and each weight's bytes by its name."""
    random = np.random.default_rng(0)

    def plain(count: int) -> tuple[int, bytes]:
        return count, random.standard_normal(count).astype("<f4").tobytes()

    def packed(high: int, wide: int) -> tuple[int, bytes]:
        """Blocks of a scale and 32 numbers of four bits."""
        blocks = np.zeros(high * wide // 32, np.dtype([("scale", "<f2"), ("numbers", "u1", (16,))]))
        blocks["scale"] = 0.05
        blocks["numbers"] = random.integers(0, 256, (len(blocks), 16))
        return high * wide, blocks.tobytes()

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
