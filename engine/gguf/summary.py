"""Summary of a model file for people, from its index."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import msgspec

from engine.gguf.ggml_types import FILE_TYPES, UNQUANTIZED
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.tensor_index import tensor_index
from engine.values import Sampling

_FILE_TYPE_GUESSED = 1024  # LLAMA_FTYPE_GUESSED, a flag


class ModelSummary(msgspec.Struct, frozen=True):
    """What a person wants to know about a model file.

    `parameters` counts every weight in the file, the token embedding included, as model makers do.
    `active_parameters` counts routed experts by the share a token uses (`experts_used` of `experts`) and the
    rest in full, without MTP layers. `expert_bytes` are those of the routed experts.
    """

    path: Path
    bytes: int
    architecture: str
    name: str
    quantisation: str
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


def summarize(index: GgufIndex) -> ModelSummary:
    """The facts that `coterie inspect` shows."""
    types: Counter[str] = Counter()
    for tensor in index.tensors:
        types[tensor.type_name] += tensor.bytes
    roles = tensor_index(index)
    return ModelSummary(
        path=index.path,
        bytes=index.bytes,
        architecture=index.architecture,
        name=index.name or index.path.stem,
        quantisation=_quantization(index, types),
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


def _quantization(index: GgufIndex, types: Counter[str]) -> str:
    """The mixture that the file claims, unless its weights plainly contradict it."""
    largest = types.most_common(1)[0][0] if types else ""
    number = index.metadata.get("general.file_type")
    claimed = FILE_TYPES.get(number & ~_FILE_TYPE_GUESSED, "") if isinstance(number, int) else ""
    if not claimed or (claimed in UNQUANTIZED and largest not in UNQUANTIZED):
        return largest
    return claimed
