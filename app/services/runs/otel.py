"""Exports a run as an OpenTelemetry trace, in OTLP's JSON, with the GenAI attributes. Pure.

Names and values follow "Semantic conventions for generative AI" (agent and inference spans) as of version
1.41, which calls itself in development; what it has no name for begins with "coterie.". Nothing is sent
anywhere: it is a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from agents.events import (
    Entry,
    HookRan,
    ModelTurn,
    RunFinished,
    RunStarted,
    SubagentFinished,
    SubagentStarted,
    ToolCalled,
    ToolResult,
)
from app.services.models.cache_miss import reread_tokens
from app.services.runs.totals import usage_of
from app.services.titles import title_from
from app.store.records import RunRecord
from engine.remote.names import is_remote
from engine.values import Timings, Usage

SCHEMA = "https://opentelemetry.io/schemas/1.41.0"
_INTERNAL, _CLIENT = 1, 3
_OK, _ERROR = 1, 2

# Runs by their ids, with their journals.
Children = Mapping[int, tuple[RunRecord, Sequence[Entry]]]


def otel_trace(
    record: RunRecord, entries: Sequence[Entry], children: Children = MappingProxyType({})
) -> dict[str, Any]:
    """One trace: the run as `invoke_agent`, its turns as `chat`, its calls as `execute_tool`, and in these the runs
    that it gave tasks to as `invoke_agent`, with their own turns and calls; and the person's hooks."""
    trace = hashlib.sha256(f"run {record.id} {record.created!r}".encode()).hexdigest()[:32]
    root = _span_id(trace, "run")
    spans = [_agent(record, entries, trace, root), *_within(record, entries, trace, root, children)]
    scope = {"scope": {"name": "coterie"}, "spans": spans, "schemaUrl": SCHEMA}
    resource = {"attributes": _attributes({"service.name": "coterie"})}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}


def _within(
    record: RunRecord, entries: Sequence[Entry], trace: str, root: str, children: Children
) -> list[dict[str, Any]]:
    """The spans of a run's turns, calls and children."""
    spans: list[dict[str, Any]] = []
    calls: dict[str, Entry] = {}
    begun: dict[int, float] = {}
    before = record.created
    for entry in entries:
        event = entry.event
        if isinstance(event, ModelTurn):
            spans.append(_chat(record, event, trace, root, before, entry.time))
        elif isinstance(event, ToolCalled):
            calls[event.call] = entry
        elif isinstance(event, ToolResult) and event.call in calls:
            spans.append(_tool(calls[event.call], event, trace, root, entry.time))
        elif isinstance(event, HookRan):
            spans.append(_hook(event, trace, root, entry.time))
        elif isinstance(event, SubagentStarted):
            begun.setdefault(event.child, entry.time)
        elif isinstance(event, SubagentFinished):
            span = _subagent(event, trace, root, begun.get(event.child, entry.time), entry.time)
            spans.append(span)
            if event.child in children:
                spans += _within(*children[event.child], trace, span["spanId"], {})
        before = entry.time
    return spans


def _agent(record: RunRecord, entries: Sequence[Entry], trace: str, root: str) -> dict[str, Any]:
    end = entries[-1].time if entries else record.updated
    started = next((e.event for e in entries if isinstance(e.event, RunStarted)), None)
    finished = next((e.event for e in reversed(entries) if isinstance(e.event, RunFinished)), None)
    turns = [e.event for e in entries if isinstance(e.event, ModelTurn)]
    failed = finished is not None and finished.status == "failed"
    attributes: dict[str, Any] = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": record.title,
        "gen_ai.conversation.id": str(record.id),
        "gen_ai.request.model": started.model if started else record.model,
        **_usage_attributes(usage_of(turns)),
    }
    if failed and finished is not None:
        attributes["error.type"] = finished.reason
    name = f"invoke_agent {record.title}"
    return _span(trace, root, "", name, _INTERNAL, record.created, end, attributes, failed=failed)


def _chat(
    record: RunRecord, turn: ModelTurn, trace: str, root: str, start: float, end: float
) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai_compatible" if is_remote(record.model) else "llama.cpp",
        "gen_ai.request.model": record.model,
        "gen_ai.response.finish_reasons": ["tool_calls" if turn.tool_calls else turn.finish_reason],
        **_usage_attributes(turn.usage),
        **_timing_attributes(turn.timings),
    }
    if turn.error:
        attributes["error.type"] = turn.error.code
    id = _span_id(trace, f"{root} turn {turn.step} {end!r}")
    name = f"chat {record.model}"
    return _span(trace, id, root, name, _CLIENT, start, end, attributes, failed=turn.error is not None)


def _usage_attributes(usage: Usage) -> dict[str, Any]:
    """Counts that are 0 are left out, except the two that each span has."""
    known: dict[str, Any] = {
        "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens,
        "gen_ai.usage.reasoning.output_tokens": usage.reasoning_tokens,
        "coterie.usage.drafted_tokens": usage.drafted_tokens,
        "coterie.usage.accepted_tokens": usage.accepted_tokens,
        "coterie.usage.joules": usage.joules,
        "coterie.reread.reason": usage.recomputed.code if usage.recomputed else "",
        "coterie.reread.tokens": reread_tokens(usage.recomputed) if usage.recomputed else 0,
    }
    return {
        # The whole prompt, by the convention: cached tokens included.
        "gen_ai.usage.input_tokens": usage.prompt_tokens,
        "gen_ai.usage.output_tokens": usage.completion_tokens,
        **{name: value for name, value in known.items() if value},
    }


def _timing_attributes(timings: Timings) -> dict[str, Any]:
    """Seconds, and the mean batch size; what was not measured is left out."""
    known = {
        "gen_ai.response.time_to_first_chunk": timings.ttft_s,
        "coterie.queue_s": timings.queue_s,
        "coterie.prefill_s": timings.prefill_s,
        "coterie.decode_s": timings.decode_s,
        "coterie.python_s": timings.python_s,
        "coterie.batch": timings.batch,
    }
    return {name: value for name, value in known.items() if value}


def _tool(called: Entry, result: ToolResult, trace: str, root: str, end: float) -> dict[str, Any]:
    event = called.event
    assert isinstance(event, ToolCalled)
    attributes: dict[str, Any] = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": event.name,
        "gen_ai.tool.call.id": event.call,
        "gen_ai.tool.type": "extension" if event.server else "function",
    }
    failed = result.status != "ok"
    if failed:
        attributes["error.type"] = result.status
    start = max(called.time, end - result.seconds)
    id = _span_id(trace, f"{root} call {event.call}")
    return _span(
        trace, id, root, f"execute_tool {event.name}", _INTERNAL, start, end, attributes, failed=failed
    )


def _hook(event: HookRan, trace: str, root: str, end: float) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "coterie.hook.when": event.when,
        "coterie.hook.command": event.command,
        "coterie.hook.exit_code": event.code,
    }
    failed = event.status != "ok"
    if failed:
        attributes["error.type"] = event.status
    id = _span_id(trace, f"{root} hook {event.name} {end!r}")
    name = f"hook {event.when}"
    return _span(trace, id, root, name, _INTERNAL, end - event.seconds, end, attributes, failed=failed)


def _subagent(event: SubagentFinished, trace: str, root: str, start: float, end: float) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.conversation.id": str(event.child),
        "gen_ai.usage.output_tokens": event.tokens,
        "coterie.calls": event.calls,
    }
    failed = event.status == "failed"
    if failed:
        attributes["error.type"] = event.reason
    id, parent = _span_id(trace, f"run {event.child}"), _span_id(trace, f"{root} call {event.call}")
    name = f"invoke_agent {title_from(event.task)}"
    return _span(trace, id, parent, name, _INTERNAL, start, end, attributes, failed=failed)


def _span(
    trace: str,
    id: str,
    parent: str,
    name: str,
    kind: int,
    start: float,
    end: float,
    attributes: dict[str, Any],
    *,
    failed: bool,
) -> dict[str, Any]:
    span = {
        "traceId": trace,
        "spanId": id,
        "name": name,
        "kind": kind,
        "startTimeUnixNano": str(int(start * 1e9)),
        "endTimeUnixNano": str(int(max(start, end) * 1e9)),
        "attributes": _attributes(attributes),
        "status": {"code": _ERROR if failed else _OK},
    }
    return span | ({"parentSpanId": parent} if parent else {})


def _span_id(trace: str, name: str) -> str:
    return hashlib.sha256(f"{trace} {name}".encode()).hexdigest()[:16]


def _attributes(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in values.items()]


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_value(each) for each in value]}}
    return {"stringValue": str(value)}
