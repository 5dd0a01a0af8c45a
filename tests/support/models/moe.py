"""A real mixture-of-experts model for tests: the starter model, its feed-forward blocks copied into experts.

Sparse upcycling (Komatsuzaki et al. 2022, arXiv 2212.05055) without training: equal experts with normalised
router weights compute what the dense block computed, so the model answers like the starter whatever the
router does.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from gguf import GGUFReader, GGUFValueType, GGUFWriter, ReaderField

from tests.support.caches import cache_folder, made_once
from tests.support.models.starter import starter_model

EXPERTS, EXPERTS_USED = 8, 2
_FEED_FORWARD = ("ffn_gate", "ffn_up", "ffn_down")


def moe_model() -> Path:
    """The GGUF file, about half a gigabyte, made on first use in a few seconds."""
    path = cache_folder("models") / f"smollm2-135m-{EXPERTS}x{EXPERTS_USED}.gguf"
    return made_once(path, lambda partial: write_upcycled(starter_model(), partial))


def copy_field(writer: GGUFWriter, key: str, field: ReaderField) -> None:
    kind = field.types[0]
    element = field.types[-1] if kind == GGUFValueType.ARRAY else None
    writer.add_key_value(key, field.contents(), kind, sub_type=element)


def copy_fields(reader: GGUFReader, writer: GGUFWriter, *left_out: str) -> None:
    """All that a file says of its model but the fields that are left out and those that its writer writes."""
    for key, field in reader.fields.items():
        if not key.startswith("GGUF.") and key not in ("general.architecture", *left_out):
            copy_field(writer, key, field)


def finish(writer: GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_upcycled(dense: Path, destination: Path) -> None:
    """Write the upcycled copy of a dense model of the llama architecture."""
    reader = GGUFReader(str(dense))
    writer = GGUFWriter(str(destination), "llama")
    copy_fields(reader, writer)
    writer.add_expert_count(EXPERTS)
    writer.add_expert_used_count(EXPERTS_USED)
    embedding = int(reader.fields["llama.embedding_length"].contents())
    random = np.random.default_rng(0)
    for tensor in reader.tensors:
        block, _, rest = tensor.name.rpartition(".ffn_")
        part = f"ffn_{rest}".removesuffix(".weight")
        if part not in _FEED_FORWARD:
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
            continue
        experts = np.stack([tensor.data] * EXPERTS)
        writer.add_tensor(f"{block}.{part}_exps.weight", experts, raw_dtype=tensor.tensor_type)
        if part == "ffn_gate":
            router = random.standard_normal((EXPERTS, embedding)).astype(np.float32)
            writer.add_tensor(f"{block}.ffn_gate_inp.weight", router)
    finish(writer)
