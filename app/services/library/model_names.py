"""What models are called where people see them."""

from __future__ import annotations

from pathlib import Path

from app.services.library.names import STARTER_PACKAGE
from engine.api import ModelFacts
from engine.remote.names import read_name

STARTER_NAME = "SmolLM2 135M Instruct"


def shown_name(path: str, facts: ModelFacts | None = None) -> str:
    """What a model is called: by its file until that was read, then by the name and quantisation in it; one elsewhere
    by its name there and its place."""
    if (remote := read_name(path)) is not None:
        return f"{remote.model} · {remote.host}"
    if Path(path).parent.name == STARTER_PACKAGE:
        return STARTER_NAME
    if facts is None:
        return Path(path).stem
    return f"{facts.name} · {facts.quantisation}" if facts.quantisation else facts.name
