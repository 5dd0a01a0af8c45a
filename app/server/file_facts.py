"""What the files of models say of them, for clients. Reading takes a part of a second: off the loop."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec

from app.server.answering import KnownModel
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
