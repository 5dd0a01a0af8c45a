"""Writes GGUF files of random weights, with a vocabulary of single bytes.

Weights are scaled so that a row of ones of any width gives numbers around one: what each layer adds then shows in
the logits, and nothing overflows in half floats. Quantised by the library itself, which knows all its types.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path

import llama_cpp.llama_cpp as llama
import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import GGUFWriter
from gguf.constants import GGML_QUANT_SIZES

_SPECIAL = ("<unk>", "<s>", "</s>")
_UNKNOWN, _CONTROL, _BYTE = 2, 3, 6
VOCABULARY = len(_SPECIAL) + 256
_TEMPLATE = "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"


class RandomWeights:
    """A file in the making. Shapes are given as PyTorch has them: outputs first, inputs last. `experts` is the type
    of all matrices of experts but the last, which have the type `down`."""

    def __init__(self, path: Path, architecture: str, experts: Type, down: Type, seed: int) -> None:
        self._experts, self._down = experts, down
        self._writer = GGUFWriter(str(path), architecture)
        self._architecture = architecture
        self._random = np.random.default_rng(seed)
        self._words()

    def facts(self, **values: int | float | bool | Sequence[int] | Sequence[bool]) -> None:
        """Metadata under the architecture's name; two underscores stand for a dot."""
        for name, value in values.items():
            key = f"{self._architecture}.{name.replace('__', '.')}"
            if isinstance(value, bool):
                self._writer.add_bool(key, value)
            elif isinstance(value, int):
                self._writer.add_uint32(key, value)
            elif isinstance(value, float):
                self._writer.add_float32(key, value)
            else:
                self._writer.add_array(key, list(value))

    def matrix(self, name: str, *shape: int, spread: float = 1.0, kind: Type = Type.F16) -> None:
        """Normally distributed; `spread` is what comes out of inputs around one."""
        weights = self._random.standard_normal(shape, np.float32) * np.float32(spread / shape[-1] ** 0.5)
        self._add(f"{name}.weight", weights, kind)

    def expert_matrices(self, name: str, *shape: int, spread: float = 1.0) -> None:
        """One matrix for each expert, in the type that the file's experts have."""
        self.matrix(name, *shape, spread=spread, kind=self._down if "_down_" in name else self._experts)

    def vector(self, name: str, *shape: int, around: float = 0.0, spread: float = 0.1) -> None:
        self._add(
            name, self._random.standard_normal(shape, np.float32) * np.float32(spread) + around, Type.F32
        )

    def norm(self, name: str, width: int) -> None:
        self.vector(f"{name}.weight", width, around=1.0)

    def close(self) -> None:
        self._writer.write_header_to_file()
        self._writer.write_kv_data_to_file()
        self._writer.write_tensors_to_file()
        self._writer.close()

    def _add(self, name: str, weights: np.ndarray, kind: Type) -> None:
        if kind == Type.F32:
            self._writer.add_tensor(name, weights.astype(np.float32))
        else:
            self._writer.add_tensor(name, quantised(weights, kind), raw_dtype=kind)

    def _words(self) -> None:
        tokens = [*_SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256))]
        self._writer.add_tokenizer_model("llama")
        self._writer.add_token_list(tokens)
        self._writer.add_token_scores([0.0] * len(tokens))
        self._writer.add_token_types([_UNKNOWN, _CONTROL, _CONTROL] + [_BYTE] * 256)
        self._writer.add_unk_token_id(0)
        self._writer.add_bos_token_id(1)
        self._writer.add_eos_token_id(2)
        self._writer.add_chat_template(_TEMPLATE)


def quantised(weights: np.ndarray, kind: Type) -> np.ndarray:
    """The bytes of the last dimension's rows in a type of ggml."""
    block, size = GGML_QUANT_SIZES[kind]
    width = weights.shape[-1]
    source = np.ascontiguousarray(weights, np.float32)
    result = np.empty((*weights.shape[:-1], width // block * size), np.uint8)
    rows = weights.size // width
    quantise = llama._lib.ggml_quantize_chunk
    pointer, integer = ctypes.c_void_p, ctypes.c_int64
    quantise.restype = ctypes.c_size_t
    quantise.argtypes = [ctypes.c_int, pointer, pointer, integer, integer, integer, pointer]
    written = quantise(kind.value, source.ctypes.data, result.ctypes.data, 0, rows, width, None)
    assert written == result.nbytes, (kind, written, result.nbytes)
    return result
