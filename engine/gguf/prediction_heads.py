"""Heads for multi-token prediction in a file: layers behind the others that guess the token after the next one
(DeepSeek-V3, arXiv 2412.19437, section 2.2)."""

from __future__ import annotations

from engine.errors import ErrorInfo
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.tensor_index import layer_count

# Architectures for which llama.cpp can compute the head by itself (`src/models/*.cpp`, graph_mtp), those of them that
# may have several heads (with another number the others end the process), and those whose recurrent states can be
# rolled back (`src/llama-arch.cpp`, llm_arch_supports_rs_rollback).
_ARCHITECTURES = frozenset(
    """
    cohere2moe deepseek2 deepseek32 glm-dsa glm4moe hy_v3 mimo2 qwen35 qwen35moe step35
    """.split()
)
_SEVERAL = frozenset({"hy_v3", "mimo2", "step35"})
RECURRENT = frozenset({"qwen35", "qwen35moe"})
_PROJECTION = "nextn.eh_proj.weight"


def prediction_heads(index: GgufIndex) -> tuple[int, ErrorInfo | None]:
    """The layer of the first usable head, 0 where there is none; and why the file's heads cannot be used.

    Many files state heads that were left out when they were made: nothing is said of those. llama.cpp ends the
    process on some of what is refused here.
    """
    first, count = layer_count(index)
    shapes = {tensor.name: tensor.shape for tensor in index.tensors}
    if not count or not first or f"blk.{first}.{_PROJECTION}" not in shapes:
        return 0, None
    if index.architecture not in _ARCHITECTURES or (count > 1 and index.architecture not in _SEVERAL):
        return 0, ErrorInfo("mtp.architecture", {"architecture": index.architecture, "heads": count})
    width = index.number("embedding_length")
    for layer in range(first, first + count):
        wanted = {
            _PROJECTION: (2 * width, width),
            "nextn.enorm.weight": (width,),
            "nextn.hnorm.weight": (width,),
        }
        for part, shape in wanted.items():
            name = f"blk.{layer}.{part}"
            if shapes.get(name) != shape:
                found = " x ".join(map(str, shapes.get(name, ()))) or "none"
                return 0, ErrorInfo("mtp.shape", {"tensor": name, "shape": found})
    return first, None
