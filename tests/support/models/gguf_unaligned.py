"""Models whose tensors lie where no processor likes them: aligned to 8 bytes only, which a file may say."""

from __future__ import annotations

from pathlib import Path

from gguf import GGUFReader, GGUFWriter, Keys

from tests.support.models.moe import copy_fields, finish

ALIGNMENT, USUAL = 8, 32


def unaligned_model(model: Path, destination: Path) -> Path:
    """Write `model` once more, with all of its tensors beside the usual places."""
    reader = GGUFReader(str(model))
    for words in range(USUAL // ALIGNMENT):
        writer = GGUFWriter(str(destination), str(reader.fields[Keys.General.ARCHITECTURE].contents()))
        copy_fields(reader, writer)
        writer.add_custom_alignment(ALIGNMENT)
        writer.add_description("a" * ALIGNMENT * words)
        for tensor in reader.tensors:
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
        finish(writer)
        if all(tensor.data_offset % USUAL for tensor in GGUFReader(str(destination)).tensors):
            return destination
    raise ValueError(f"the tensors of {model.name} come to lie where they should")
