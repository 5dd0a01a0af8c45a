"""The starter model under another chat template."""

from __future__ import annotations

import hashlib
from pathlib import Path

from gguf import GGUFReader, GGUFWriter

from tests.support.caches import cache_folder, made_once
from tests.support.models.moe import copy_fields, finish
from tests.support.models.starter import starter_model

_TEMPLATE = "tokenizer.chat_template"


def with_template(template: str) -> Path:
    """A copy of the starter's GGUF with this chat template, made on first use; "" leaves it out."""
    name = hashlib.sha256(template.encode()).hexdigest()[:16]
    path = cache_folder("models") / f"starter-{name}.gguf"
    return made_once(path, lambda partial: _write(template, partial))


def _write(template: str, destination: Path) -> None:
    reader = GGUFReader(str(starter_model()))
    writer = GGUFWriter(str(destination), "llama")
    copy_fields(reader, writer, _TEMPLATE)
    if template:
        writer.add_chat_template(template)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    finish(writer)
