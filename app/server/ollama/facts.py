"""What Ollama's protocol tells of models, read from their files. Reading takes a part of a second: off the loop."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Any

import msgspec

from app.format import format_short_count
from app.server.answering import KnownModel
from app.server.ollama.answer_lines import time_value
from app.services.library.resolving import projector_of
from engine.formats import ChatFormat
from engine.gguf.projector import projector_beside, read_projector, senses
from engine.gguf.reading import read_index
from engine.gguf.summary import summarize

_FIM = ("fim_pre_token_id", "prefix_token_id")


class Facts(msgspec.Struct, frozen=True):
    """What a file says of its model. `capabilities` are Ollama's words."""

    architecture: str
    quantization: str
    parameters: int
    context: int
    bytes: int
    modified: float
    capabilities: tuple[str, ...]
    template: str


class FileFacts:
    """Reads files once as long as they don't change. Thread-safe."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], Facts] = {}
        self._lock = threading.Lock()

    def of(self, model: KnownModel) -> Facts:
        """Raises UserError for a file that is gone or no model."""
        path = Path(model.path)
        try:
            key = (model.path, path.stat().st_mtime_ns)
        except OSError:
            key = (model.path, 0)
        with self._lock:
            if key not in self._known:
                self._known[key] = _read(path)
            return self._known[key]


def _read(path: Path) -> Facts:
    index = read_index(path)
    beside = projector_of(str(path))
    projector = read_projector(Path(beside), index) if beside else projector_beside(index)
    summary, taken = summarize(index), senses(index, projector)
    if taken.embeds:
        capabilities = ["embedding"]
    else:
        format = ChatFormat.of_model(summary.chat_template, summary.bos_token, summary.eos_token)
        fills = any(f"tokenizer.ggml.{name}" in index.metadata for name in _FIM)
        # Models whose template knows no tools are told of them in words, so all can be asked to use some.
        told = {"completion": True, "tools": True, "insert": fills, "vision": taken.sees}
        told["thinking"] = format.reasoning.kind != "none"
        capabilities = [name for name, has in told.items() if has]
    return Facts(
        summary.architecture,
        summary.quantisation,
        summary.parameters,
        summary.context_length,
        summary.bytes,
        path.stat().st_mtime,
        tuple(capabilities),
        summary.chat_template,
    )


def tag_value(model: KnownModel, facts: Facts) -> dict[str, Any]:
    """A model in the list."""
    return {
        "name": model.id,
        "model": model.id,
        "modified_at": time_value(facts.modified),
        "size": facts.bytes,
        "digest": hashlib.sha256(model.id.encode()).hexdigest(),
        "details": details_value(facts),
        "capabilities": list(facts.capabilities),
    }


def details_value(facts: Facts) -> dict[str, Any]:
    return {
        "parent_model": "",
        "format": "gguf",
        "family": facts.architecture,
        "families": [facts.architecture],
        "parameter_size": format_short_count(facts.parameters, "en"),
        "quantization_level": facts.quantization,
    }


def show_value(model: KnownModel, facts: Facts) -> dict[str, Any]:
    """All of one model. Of the one that is loaded the context is as long as it was loaded with: clients fill it."""
    context = model.facts.context if model.facts is not None else facts.context
    return {
        "modelfile": "",
        "parameters": "",
        "template": facts.template,
        "details": details_value(facts),
        "model_info": {
            "general.architecture": facts.architecture,
            "general.parameter_count": facts.parameters,
            f"{facts.architecture}.context_length": context,
        },
        "capabilities": list(facts.capabilities),
        "modified_at": time_value(facts.modified),
    }


def running_value(model: KnownModel, facts: Facts, now: float) -> dict[str, Any]:
    """The model that is loaded. Clients want to hear when it ends; it stays as long as its user wants it,
    which is told as two years."""
    weights = model.facts.weights.bytes if model.facts is not None and model.facts.weights is not None else {}
    on_cards = sum(size for device, size in weights.items() if device != "CPU")
    return {
        **{name: tag_value(model, facts)[name] for name in ("name", "model", "size", "digest", "details")},
        "expires_at": time_value(now + 2 * 366 * 86400),
        "size_vram": on_cards,
        "context_length": 0 if model.facts is None else model.facts.context,
    }
