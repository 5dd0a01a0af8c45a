"""A small model that scores documents: the small embedding model with a layer that makes a score of its first row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from gguf import GGUFReader, GGUFWriter, PoolingType
from gguf.quants import dequantize

from installer.e5_gguf import write_gguf
from tests.support.models.moe import copy_field
from tests.support.models.small_e5 import WIDTH, small_e5


def write_reranker(path: Path, template: str = "") -> None:
    """Write it to `path`; with a template it says how it wants a query and a document."""
    plain = path.with_suffix(".plain")
    write_gguf(small_e5()[0], plain)
    reader = GGUFReader(str(plain))
    writer = GGUFWriter(str(path), "bert")
    for key, field in reader.fields.items():
        if not key.startswith("GGUF.") and key not in (
            "general.architecture",
            "bert.pooling_type",
            "general.name",
        ):
            copy_field(writer, key, field)
    writer.add_name("small-reranker")
    writer.add_pooling_type(PoolingType.RANK)
    if template:
        writer.add_string("tokenizer.chat_template.rerank", template)
    for tensor in reader.tensors:
        # As whole numbers are multiplied, a score would depend on how many texts are computed with it.
        writer.add_tensor(tensor.name, dequantize(tensor.data, tensor.tensor_type).astype(np.float32))
    random = np.random.default_rng(5)
    writer.add_tensor("cls.weight", random.standard_normal((WIDTH, WIDTH)).astype(np.float32))
    writer.add_tensor("cls.bias", np.zeros(WIDTH, np.float32))
    writer.add_tensor("cls.output.weight", random.standard_normal((1, WIDTH)).astype(np.float32))
    writer.add_tensor("cls.output.bias", np.zeros(1, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    plain.unlink()
