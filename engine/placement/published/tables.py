"""The tensor table of a published model, as reading its file would give it."""

from __future__ import annotations

from pathlib import Path

from engine.gguf.gguf_file import GgufFile, Tensor
from engine.gguf.gguf_index import GgufIndex
from engine.placement.published.configurations import Configuration
from engine.placement.published.quantisations import Scheme, tensor_bytes, tensor_type


def gguf_table(configuration: Configuration, scheme: Scheme) -> GgufIndex:
    """Names, shapes and types of all tensors of such a file."""
    width, vocabulary = configuration.width, configuration.vocabulary
    total = configuration.layers + configuration.mtp_layers
    rows: list[tuple[str, tuple[int, ...], int]] = [
        ("token_embd.weight", (width, vocabulary), -1),
        ("output_norm.weight", (width,), -1),
    ]
    if not configuration.tied:
        rows.append(("output.weight", (width, vocabulary), -1))
    rows += [(name, shape, -1) for name, shape in configuration.extra.items()]
    for number in range(total):
        rows += [
            (f"blk.{number}.{name}", shape, number) for name, shape in configuration.layer(number).items()
        ]
    keys = {
        "block_count": total,
        "embedding_length": width,
        "context_length": configuration.context,
        "vocab_size": vocabulary,
        "attention.layer_norm_rms_epsilon": 1e-6,
        **configuration.metadata,
    }
    if configuration.mtp_layers:
        keys["nextn_predict_layers"] = configuration.mtp_layers
    count = keys.get("expert_count", 0)
    tensors, offset = [], 0
    for name, shape, number in rows:
        kind = tensor_type(scheme, name, shape, number, total, count, tied=configuration.tied)
        size = tensor_bytes(kind, shape)
        tensors.append(Tensor(name, shape, kind, offset, size))
        offset += -(-size // 32) * 32
    architecture = configuration.architecture
    metadata = {"general.architecture": architecture} | {
        f"{architecture}.{key}": value for key, value in keys.items()
    }
    path = Path(f"{architecture}-{scheme}.gguf")
    return GgufIndex((GgufFile(path, offset, metadata, tuple(tensors), {}),))
