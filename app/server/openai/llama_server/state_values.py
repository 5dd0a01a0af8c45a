"""The server's state as llama-server tells it: read only, and without any path of this computer. Pure."""

from __future__ import annotations

from typing import Any

from app.server.answering import KnownModel
from app.server.file_facts import Facts
from app.server.http.turns import AT_ONCE
from engine.activity import Activity


def props_value(model: KnownModel, facts: Facts) -> dict[str, Any]:
    """What clients ask for before they fill a prompt."""
    context = model.facts.context if model.facts is not None else facts.context
    return {
        "default_generation_settings": {"n_ctx": context},
        "total_slots": AT_ONCE,
        "model_alias": model.id,
        "chat_template": facts.template,
        "modalities": {"vision": "vision" in facts.capabilities, "audio": False},
    }


def slots_value(running: int, context: int) -> list[dict[str, Any]]:
    """Places for answers; those of clients that are answered come first."""
    return [
        {"id": number, "n_ctx": context, "is_processing": number < running}
        for number in range(max(AT_ONCE, running))
    ]


def metrics_text(activity: Activity, running: int, waiting: int) -> str:
    """Numbers as Prometheus reads them, by llama-server's names."""
    full = activity.cells_used / activity.cells if activity.cells else 0.0
    gauges: dict[str, tuple[str, str, float]] = {
        "prompt_tokens_total": ("counter", "Prompt tokens read since the model was loaded.", activity.read),
        "prompt_tokens_seconds": ("gauge", "Prompt tokens read per second.", activity.prefill_tps),
        "predicted_tokens_seconds": ("gauge", "Tokens written per second.", activity.decode_tps),
        "kv_cache_usage_ratio": ("gauge", "The share of the context that is in use.", full),
        "kv_cache_tokens": ("gauge", "Tokens of the context that are in use.", activity.cells_used),
        "requests_processing": ("gauge", "Requests that are answered.", running),
        "requests_deferred": ("gauge", "Requests that wait.", waiting),
    }
    lines = []
    for name, (kind, help, value) in gauges.items():
        lines += [f"# HELP llamacpp:{name} {help}", f"# TYPE llamacpp:{name} {kind}"]
        lines.append(f"llamacpp:{name} {value:g}")
    return "\n".join(lines) + "\n"
