"""Models as Ollama's protocol tells of them. Pure."""

from __future__ import annotations

import hashlib
from typing import Any

from app.format import format_short_count
from app.server.answering import KnownModel
from app.server.file_facts import Facts
from app.server.ollama.answer_lines import time_value


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
