"""Display names of models."""

from __future__ import annotations

from pathlib import Path

from app.services.library.names import STARTER, STARTER_PACKAGE
from engine.api import ModelFacts
from engine.remote.names import read_name

STARTER_NAME = "SmolLM2 135M Instruct"


def shown_name(path: str, facts: ModelFacts | None = None) -> str:
    """A model's name: of its file until that was read, then its name and quantization; of a remote one its
    name and its server.
    """
    if (remote := read_name(path)) is not None:
        return f"{remote.model} · {remote.host}"
    if path == STARTER or Path(path).parent.name == STARTER_PACKAGE:
        return STARTER_NAME
    if facts is None:
        return Path(path).stem
    return f"{facts.name} · {facts.quantisation}" if facts.quantisation else facts.name
