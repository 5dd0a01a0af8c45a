"""Index of a local model, in one file or split over several: metadata and tensor table."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from engine.gguf.gguf_file import GgufFile, Tensor


class GgufIndex(msgspec.Struct, frozen=True):
    """A whole model. `files` are its parts in order; `metadata` is the first part's."""

    files: tuple[GgufFile, ...]

    @property
    def path(self) -> Path:
        """The first part, which a loader opens."""
        return self.files[0].path

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    @property
    def metadata(self) -> dict[str, Any]:
        return self.files[0].metadata

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        return tuple(tensor for file in self.files for tensor in file.tensors)

    @property
    def architecture(self) -> str:
        return _text(self.metadata.get("general.architecture"))

    @property
    def name(self) -> str:
        return _text(self.metadata.get("general.name"))

    @property
    def chat_template(self) -> str:
        """The Jinja source, "" when the file has none."""
        return _text(self.metadata.get("tokenizer.chat_template"))

    @property
    def bos_token(self) -> str:
        return self.files[0].special_tokens.get("bos", "")

    @property
    def eos_token(self) -> str:
        return self.files[0].special_tokens.get("eos", "")

    def value(self, key: str) -> Any:
        """`{architecture}.{key}` as it stands in the file, None when it is not there."""
        return self.metadata.get(f"{self.architecture}.{key}")

    def number(self, key: str) -> int:
        """`{architecture}.{key}` as a number; the largest for a value per layer, 0 when it is not there."""
        value = self.value(key)
        values = value if isinstance(value, tuple) else (value,)
        return max((number for number in values if isinstance(number, int) and number > 0), default=0)

    @property
    def fingerprint(self) -> str:
        """Identify the files' present state by sizes and modification times."""
        state = ",".join(f"{file.bytes}:{file.modified_ns}" for file in self.files)
        return hashlib.sha256(state.encode()).hexdigest()[:32]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
