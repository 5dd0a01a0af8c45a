"""The model that layers' costs are measured with: a mixture so small that nothing but its hand-overs takes time.

Its weights are random, so that tokens spread over all experts. Format: `gguf.md` of the ggml project; names and
metadata as llama.cpp loads `qwen3moe` (`src/models/qwen3moe.cpp` of the pinned version); without a vocabulary.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

LAYERS, EXPERTS, USED, TOKENS = 8, 8, 2, 32
_ARCHITECTURE = "qwen3moe"
_WIDTH, _HEADS, _HEAD, _INNER, _CONTEXT = 256, 4, 64, 64, 512
_VERSION, _ALIGNMENT = 3, 32
# enum gguf_type and enum ggml_type.
_UINT32, _FLOAT32, _STRING = 4, 6, 8
_F32, _Q8_0 = 0, 8
# Of Q8_0: a scale in half precision, then so many numbers of one byte.
_BLOCK = 32


class _Tensor(NamedTuple):
    """Its shape as ggml has it: inputs first."""

    name: str
    shape: tuple[int, ...]
    type: int
    data: bytes


def write_model(path: Path) -> None:
    """Write the file. Raises OSError."""
    tensors, facts = list(_tensors(np.random.default_rng(7))), list(_facts())
    header = b"GGUF" + struct.pack("<IQQ", _VERSION, len(tensors), len(facts)) + b"".join(facts)
    offset = 0
    for tensor in tensors:
        header += _text(tensor.name) + struct.pack("<I", len(tensor.shape))
        header += struct.pack(f"<{len(tensor.shape)}QIQ", *tensor.shape, tensor.type, offset)
        offset += len(_padded(tensor.data))
    path.write_bytes(_padded(header) + b"".join(_padded(tensor.data) for tensor in tensors))


def _facts() -> Iterator[bytes]:
    yield _text("general.architecture") + struct.pack("<I", _STRING) + _text(_ARCHITECTURE)
    yield _text("tokenizer.ggml.model") + struct.pack("<I", _STRING) + _text("no_vocab")
    numbers = {
        "vocab_size": TOKENS,
        "context_length": _CONTEXT,
        "embedding_length": _WIDTH,
        "block_count": LAYERS,
        "feed_forward_length": _INNER,
        "expert_feed_forward_length": _INNER,
        "attention.head_count": _HEADS,
        "attention.head_count_kv": _HEADS,
        "attention.key_length": _HEAD,
        "attention.value_length": _HEAD,
        "expert_count": EXPERTS,
        "expert_used_count": USED,
    }
    for name, number in numbers.items():
        yield _text(f"{_ARCHITECTURE}.{name}") + struct.pack("<II", _UINT32, number)
    for name, value in (("attention.layer_norm_rms_epsilon", 1e-6), ("rope.freq_base", 1e4)):
        yield _text(f"{_ARCHITECTURE}.{name}") + struct.pack("<If", _FLOAT32, value)


def _tensors(random: np.random.Generator) -> Iterator[_Tensor]:
    yield _matrix(random, "token_embd", _WIDTH, TOKENS)
    yield _ones("output_norm", _WIDTH)
    yield _matrix(random, "output", _WIDTH, TOKENS)
    for layer in range(LAYERS):
        start = f"blk.{layer}."
        for name, width in (
            ("attn_norm", _WIDTH),
            ("ffn_norm", _WIDTH),
            ("attn_q_norm", _HEAD),
            ("attn_k_norm", _HEAD),
        ):
            yield _ones(start + name, width)
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            yield _matrix(random, start + name, _WIDTH, _HEADS * _HEAD)
        router = random.standard_normal((EXPERTS, _WIDTH), np.float32)
        yield _Tensor(f"{start}ffn_gate_inp.weight", (_WIDTH, EXPERTS), _F32, router.tobytes())
        yield _matrix(random, f"{start}ffn_gate_exps", _WIDTH, _INNER, EXPERTS)
        yield _matrix(random, f"{start}ffn_up_exps", _WIDTH, _INNER, EXPERTS)
        yield _matrix(random, f"{start}ffn_down_exps", _INNER, _WIDTH, EXPERTS)


def _ones(name: str, width: int) -> _Tensor:
    return _Tensor(f"{name}.weight", (width,), _F32, np.ones(width, np.float32).tobytes())


def _matrix(random: np.random.Generator, name: str, *shape: int) -> _Tensor:
    """Inputs around one give outputs around one."""
    blocks = np.zeros(math.prod(shape) // _BLOCK, np.dtype([("scale", "<f2"), ("numbers", "i1", (_BLOCK,))]))
    blocks["numbers"] = random.integers(-127, 128, (len(blocks), _BLOCK))
    blocks["scale"] = 1 / (73 * shape[0] ** 0.5)
    return _Tensor(f"{name}.weight", shape, _Q8_0, blocks.tobytes())


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % _ALIGNMENT)
