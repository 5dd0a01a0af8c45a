"""Splits a model over several files as llama.cpp's llama-gguf-split does, tensor by tensor."""

from __future__ import annotations

from pathlib import Path

from gguf import GGUFReader, GGUFValueType, GGUFWriter, Keys

from tests.support.models.moe import copy_field


def split_model(model: Path, folder: Path, parts: int, stem: str = "") -> tuple[Path, ...]:
    """Write `model` into `folder` as STEM-00001-of-0000N.gguf, with about the same bytes in each part."""
    reader = GGUFReader(str(model))
    architecture = str(reader.fields[Keys.General.ARCHITECTURE].contents())
    total, groups, reached = sum(int(tensor.n_bytes) for tensor in reader.tensors), [[]], 0
    for tensor in reader.tensors:
        if reached >= total * len(groups) / parts:
            groups.append([])
        groups[-1].append(tensor)
        reached += int(tensor.n_bytes)
    if len(groups) != parts:
        raise ValueError(f"{model.name} cannot be divided into {parts} parts")
    paths = []
    for number, group in enumerate(groups):
        path = folder / f"{stem or model.stem}-{number + 1:05d}-of-{parts:05d}.gguf"
        writer = GGUFWriter(str(path), architecture)
        if number == 0:
            for key, field in reader.fields.items():
                if not key.startswith("GGUF.") and key != Keys.General.ARCHITECTURE:
                    copy_field(writer, key, field)
        else:  # as the splitter of llama.cpp, which gives the later parts the keys of the split alone
            del writer.kv_data[0][Keys.General.ARCHITECTURE]
        writer.add_key_value(Keys.Split.LLM_KV_SPLIT_NO, number, GGUFValueType.UINT16)
        writer.add_key_value(Keys.Split.LLM_KV_SPLIT_COUNT, parts, GGUFValueType.UINT16)
        writer.add_key_value(Keys.Split.LLM_KV_SPLIT_TENSORS_COUNT, len(reader.tensors), GGUFValueType.INT32)
        for tensor in group:
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        paths.append(path)
    return tuple(paths)
