"""The starter's vocabulary in files of its own, with other special tokens."""

from __future__ import annotations

from pathlib import Path

from gguf import GGUFReader, GGUFWriter

from tests.support.caches import cache_folder, made_once
from tests.support.models.moe import copy_field
from tests.support.models.starter import starter_model

# Control tokens of the starter that stand for those of fill-in-the-middle; nothing else uses them.
FILL_IN = {"fim_pre": 8, "fim_suf": 9, "fim_mid": 10}
REPOSITORY = {"fim_rep": 3, "fim_sep": 5}


def filling_model() -> Path:
    """The starter with tokens for fill-in-the-middle, which it does not know how to use; made on first use."""
    return _made("starter-fills-1.gguf", FILL_IN, weights=True)


def vocabulary_of_repositories() -> Path:
    """A vocabulary without weights that has tokens for files of a repository too, and wants BOS in front."""
    return _made("vocabulary-of-repositories-1.gguf", FILL_IN | REPOSITORY, weights=False)


def _made(name: str, special: dict[str, int], *, weights: bool) -> Path:
    path = cache_folder("models") / name
    return made_once(path, lambda partial: _write(partial, special, weights=weights))


def _write(path: Path, special: dict[str, int], *, weights: bool) -> None:
    reader = GGUFReader(str(starter_model()))
    writer = GGUFWriter(str(path), "llama")
    left_out = ("general.architecture", "tokenizer.ggml.add_bos_token")
    for key, field in reader.fields.items():
        if not key.startswith("GGUF.") and key not in left_out:
            copy_field(writer, key, field)
    writer.add_add_bos_token(not weights)
    for role, token in special.items():
        writer.add_uint32(f"tokenizer.ggml.{role}_token_id", token)
    for tensor in reader.tensors if weights else ():
        writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
