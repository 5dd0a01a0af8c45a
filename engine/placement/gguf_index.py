"""The tensor table of a local model, in one file or split over several, and what it says about the model."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from engine.api import Sampling
from engine.errors import UserError
from engine.placement.consistency import check_consistency
from engine.placement.ggml_types import FILE_TYPES, UNQUANTISED
from engine.placement.gguf_file import GgufFile, Tensor, read_gguf
from engine.placement.tensor_index import tensor_index

_PART = re.compile(r"(?P<stem>.*)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf\Z", re.DOTALL)
_MAX_PARTS = 4096
_FILE_TYPE_GUESSED = 1024  # LLAMA_FTYPE_GUESSED, a flag


class GgufIndex(msgspec.Struct, frozen=True):
    """A whole model. `files` are its parts in order; `metadata` is the first part's."""

    files: tuple[GgufFile, ...]

    @property
    def path(self) -> Path:
        """What a loader is given: the first part."""
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
        """Names this state of the files: their sizes and when they were last written."""
        state = ",".join(f"{file.bytes}:{file.modified_ns}" for file in self.files)
        return hashlib.sha256(state.encode()).hexdigest()[:32]


class ModelSummary(msgspec.Struct, frozen=True):
    """What a person wants to know about a model file.

    `parameters` counts every weight in the file, the token embedding included, as model makers do.
    `active_parameters` counts routed experts by the share a token uses (`experts_used` of `experts`) and the
    rest in full, without MTP layers. `tensor_types` are bytes by storage type, the largest first;
    `expert_bytes` are those of the routed experts.
    """

    path: Path
    bytes: int
    architecture: str
    name: str
    quantisation: str
    tensor_types: dict[str, int]
    context_length: int
    parameters: int
    active_parameters: int
    experts: int
    experts_used: int
    sampling: Sampling
    bos_token: str
    eos_token: str
    chat_template: str
    shared_experts: int = 0
    expert_bytes: int = 0


def read_index(path: Path) -> GgufIndex:
    """Read a model from any of its parts.

    Raises what `read_gguf` and `check_consistency` raise, and UserError `model.split_missing` (`path` is the
    part that is not there).
    """
    match = _PART.fullmatch(path.name)
    count = int(match["count"]) if match else 1
    if not match or not 1 < count <= _MAX_PARTS:
        return whole_model((read_gguf(path),))
    paths = [
        path.with_name(f"{match['stem']}-{number:05d}-of-{count:05d}.gguf") for number in range(1, count + 1)
    ]
    for part in paths:
        if not part.exists():
            raise UserError("model.split_missing", path=str(part))
    return whole_model(tuple(read_gguf(part) for part in paths))


def whole_model(files: tuple[GgufFile, ...]) -> GgufIndex:
    """The model whose parts these are, in order.

    Raises what `check_consistency` raises, UserError `model.damaged`, and `model.split_missing` for a part that
    is alone.
    """
    if len(files) == 1 and _split_count(files[0]) > 1:
        # Renamed: the names of the other parts cannot be told.
        raise UserError("model.split_missing", path=str(files[0].path))
    for number, file in enumerate(files if len(files) > 1 else ()):
        if _split_count(file) not in (0, len(files)) or file.metadata.get("split.no", number) != number:
            raise UserError("model.damaged", path=str(file.path), detail="not this part of the model")
    return _checked(files)


def changed_since(index: GgufIndex) -> bool:
    """Whether a part of the model was written, grew or went away since it was indexed."""
    for file in index.files:
        try:
            status = file.path.stat()
        except OSError:
            return True
        if (status.st_size, status.st_mtime_ns) != (file.bytes, file.modified_ns):
            return True
    return False


def check_unchanged(index: GgufIndex) -> None:
    """Raises UserError `model.changed` (`path`) when what was planned may no longer be what is loaded."""
    if changed_since(index):
        raise UserError("model.changed", path=str(index.path))


def _split_count(file: GgufFile) -> int:
    count = file.metadata.get("split.count", 0)
    return count if isinstance(count, int) else 0


def _checked(files: tuple[GgufFile, ...]) -> GgufIndex:
    index = GgufIndex(files)
    names = Counter(tensor.name for tensor in index.tensors)
    if len(names) != len(index.tensors):
        twice = names.most_common(1)[0][0]
        raise UserError("model.damaged", path=str(index.path), detail=f"tensor {twice!r} in two parts")
    check_consistency(index)
    return index


def summarise(index: GgufIndex) -> ModelSummary:
    """What `coterie inspect` shows."""
    types: Counter[str] = Counter()
    for tensor in index.tensors:
        types[tensor.type_name] += tensor.bytes
    roles = tensor_index(index)
    return ModelSummary(
        path=index.path,
        bytes=index.bytes,
        architecture=index.architecture,
        name=_text(index.metadata.get("general.name")) or index.path.stem,
        quantisation=_quantisation(index, types),
        tensor_types=dict(types.most_common()),
        context_length=index.number("context_length"),
        parameters=roles.parameters,
        active_parameters=roles.active_parameters,
        experts=roles.experts,
        experts_used=roles.experts_used,
        shared_experts=roles.shared_experts,
        expert_bytes=roles.expert_bytes,
        sampling=recommended_sampling(index),
        bos_token=index.bos_token,
        eos_token=index.eos_token,
        chat_template=index.chat_template,
    )


def recommended_sampling(index: GgufIndex) -> Sampling:
    """What the model's makers put into the file (keys as in llama.cpp's `src/llama-arch.cpp`)."""

    def number(name: str) -> float | None:
        value = index.metadata.get(f"general.sampling.{name}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return value if math.isfinite(value) else None

    top_k = number("top_k")
    return Sampling(
        temperature=number("temp"),
        top_k=None if top_k is None else int(top_k),
        top_p=number("top_p"),
        min_p=number("min_p"),
        repeat_penalty=number("penalty_repeat"),
    )


def _quantisation(index: GgufIndex, types: Counter[str]) -> str:
    """The mixture that the file claims, unless its weights plainly say otherwise."""
    largest = types.most_common(1)[0][0] if types else ""
    number = index.metadata.get("general.file_type")
    claimed = FILE_TYPES.get(number & ~_FILE_TYPE_GUESSED, "") if isinstance(number, int) else ""
    if not claimed or (claimed in UNQUANTISED and largest not in UNQUANTISED):
        return largest
    return claimed


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
