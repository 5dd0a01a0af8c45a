"""Log of the model in use: loads with their plan, losses, statistics of answers."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.api import EngineLost, Event, Finished, Loaded, LoadFailed, LoadRequest, ModelFacts, Replanned
from engine.placement.plan import Plan
from engine.remote.names import is_remote

log = logging.getLogger(__name__)
# Native code may print a grammar, which contains text of a schema: only lines that begin like these are logged.
_NATIVE = (
    "ggml_",
    "GGML_",
    "llama_model",
    "llama_context",
    "llama_kv",
    "load_",
    "CUDA error",
    "terminate",
    "std::",
)
_NATIVE_LINES = 20


def log_load(request: LoadRequest) -> None:
    """Log the start of a load."""
    options = request.options
    log.info(
        "Loading %s: context %d, mode %s, %d workers, %d budgets, fallbacks %s",
        _name(request.path),
        options.context,
        options.mode or "auto",
        len(options.workers),
        len(options.budgets),
        ", ".join(options.fallbacks) or "none",
    )


def log_events(events: Iterable[Event]) -> None:
    """Log loads and ended answers from the engine's events."""
    for event in events:
        if isinstance(event, Loaded):
            log.info("Loaded %s", _facts(event.model))
        elif isinstance(event, Replanned):
            log.info("Placed anew %s", _facts(event.model))
        elif isinstance(event, LoadFailed):
            log.warning("Loading failed: %s", event.error.code)
        elif isinstance(event, EngineLost):
            log.error("The engine was lost: %s%s", event.error.code, _native(event.log_tail))
        elif isinstance(event, Finished):
            log.info("Answer ended: %s", _numbers(event))


def _name(path: str) -> str:
    """A file's name; not for a remote model, whose name contains an address."""
    return "a remote model" if is_remote(path) else Path(path).name


def _facts(model: ModelFacts) -> str:
    told = f"{_name(model.path)}: {model.architecture} {model.quantisation}, context {model.context}"
    told += f", {model.load_s:.1f} s, graph splits {model.graph_splits}"
    return told if model.plan is None else f"{told}; {_plan(model.plan)}"


def _plan(plan: Plan) -> str:
    """Such as "mode resident, CUDA0 5120 MiB with 12 expert layers, RAM 900 MiB with 4, predicted 21.0 t/s"."""
    devices = [
        f"{name} {(size.total) >> 20} MiB "
        f"with {len(plan.dense_layers.get(name, ()))} dense and {len(plan.expert_layers.get(name, ()))} expert layers"
        for name, size in plan.bytes.items()
    ]
    notices = ", ".join(notice.code for notice in plan.notices)
    told = f"mode {plan.mode}, {', '.join(devices)}, predicted {plan.predicted.decode_tps:.1f} t/s"
    return f"{told}, notices {notices}" if notices else told


def _numbers(finished: Finished) -> str:
    usage, timings = finished.usage, finished.timings
    told = (
        f"{finished.reason}, {usage.prompt_tokens} prompt tokens ({usage.cached_tokens} cached), "
        f"{usage.completion_tokens} written ({usage.reasoning_tokens} reasoning), {len(finished.tool_calls)} calls, "
        f"queued {timings.queue_s:.2f} s, first token {timings.ttft_s:.2f} s, {timings.prefill_tps:.1f} and "
        f"{timings.decode_tps:.1f} t/s"
    )
    codes = [one.code for one in (finished.error, usage.recomputed, *finished.notices) if one is not None]
    return f"{told}; {', '.join(codes)}" if codes else told


def _native(lines: Sequence[str]) -> str:
    told = [line for line in lines if line.startswith(_NATIVE)]
    return "".join(f"\n    {line}" for line in told[-_NATIVE_LINES:])
